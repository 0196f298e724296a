import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { PerformanceLog } from './performance-log.js';

const RESOLUTION_MS = 20;
const REPORT_INTERVAL_MS = 60_000;
const NANOSECONDS_PER_MS = 1_000_000;

/** Reports once a minute how late the event loop ran: what slows every request at once. */
@Injectable()
export class EventLoopMonitor implements OnModuleInit, OnModuleDestroy {
  private histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly performanceLog: PerformanceLog) {}

  onModuleInit(): void {
    this.histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.histogram.enable();
    this.timer = setInterval(() => this.report(), REPORT_INTERVAL_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.histogram?.disable();
  }

  /** Writes the delays since the last report and starts anew. */
  report(): void {
    const { histogram } = this;
    if (histogram === undefined || histogram.count === 0) return;
    // The histogram holds the whole intervals between two of its ticks; what exceeds the resolution is the delay.
    const delayMs = (nanoseconds: number): number => Math.max(0, nanoseconds / NANOSECONDS_PER_MS - RESOLUTION_MS);
    this.performanceLog.metric('event_loop_delay_p99', delayMs(histogram.percentile(99)), 'ms', {
      mean_ms: Math.round(delayMs(histogram.mean) * 10) / 10,
      max_ms: Math.round(delayMs(histogram.max) * 10) / 10,
    });
    histogram.reset();
  }
}
