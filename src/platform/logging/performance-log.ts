import { Injectable, Logger } from '@nestjs/common';

export type MetricUnit = 'ms' | 'bytes' | 'bytes_per_second' | 'ratio' | 'count';

/** Writes measured figures; its lines also go to `performance.log`. */
@Injectable()
export class PerformanceLog {
  private readonly logger = new Logger(PerformanceLog.name);

  /**
   * @param name snake_case name of what was measured, e.g. `render_time`
   * @param value the figure, in `unit`
   * @param fields further facts, snake_case
   */
  metric(name: string, value: number, unit: MetricUnit, fields: Readonly<Record<string, unknown>> = {}): void {
    const rounded = Math.round(value * 1_000) / 1_000;
    this.logger.log({
      ...fields,
      log: 'performance',
      metric: name,
      value: rounded,
      unit,
      msg: `${name} ${rounded} ${unit}`,
    });
  }
}
