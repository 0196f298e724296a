import { EventLoopMonitor } from './event-loop-monitor.js';
import { PerformanceLog } from './performance-log.js';

class RecordedPerformanceLog extends PerformanceLog {
  readonly metrics: { readonly name: string; readonly value: number; readonly unit: string }[] = [];

  override metric(name: string, value: number, unit: 'ms'): void {
    this.metrics.push({ name, value, unit });
  }
}

describe('EventLoopMonitor', () => {
  it('reports how late the event loop ran', async () => {
    const log = new RecordedPerformanceLog();
    const monitor = new EventLoopMonitor(log);
    monitor.onModuleInit();
    while (!log.metrics.some(({ value }) => value >= 50)) {
      const blockedUntilMs = performance.now() + 100;
      while (performance.now() < blockedUntilMs) {
        // The loop is blocked on purpose: that is what is measured.
      }
      await new Promise(setImmediate);
      monitor.report();
    }
    monitor.onModuleDestroy();
    expect(log.metrics.at(-1)).toMatchObject({ name: 'event_loop_delay_p99', unit: 'ms' });
  });

  it('reports nothing when it was never started', () => {
    const log = new RecordedPerformanceLog();
    new EventLoopMonitor(log).report();
    expect(log.metrics).toEqual([]);
  });
});
