import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ErrorSinks } from '../../platform/errors/index.js';
import { type EndedRequest, RequestEvents } from '../../platform/logging/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { CaptureLoop } from './capture-loop.js';
import { CapturingErrorSink } from './capturing-error-sink.js';
import { ErrorCounters } from './error-counters.js';

/** Ties the capture to the process: it listens from the start of the modules on, and is among the last to end. */
@Injectable()
export class CaptureLifecycle implements OnModuleInit, OnApplicationShutdown {
  private readonly detach: (() => void)[] = [];

  constructor(
    private readonly sinks: ErrorSinks,
    private readonly requests: RequestEvents,
    private readonly sink: CapturingErrorSink,
    private readonly counters: ErrorCounters,
    private readonly loop: CaptureLoop,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.detach.push(
      this.sinks.attach(this.sink),
      this.requests.subscribe((request) => {
        this.countRequest(request);
      }),
    );
    this.loop.start();
  }

  /** After the features and the queue, before the database: their last errors are counted, and can still be stored. */
  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    for (const detach of this.detach) detach();
  }

  /** Probes come in whatever the product does: they would only thin out the share of requests that failed. */
  private countRequest({ route, status }: EndedRequest): void {
    if (route?.startsWith('/health/') === true) return;
    this.counters.countRequest(status, this.clock.now().getTime());
  }
}
