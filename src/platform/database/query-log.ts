import type { Logger as NestLogger } from '@nestjs/common';
import type { Logger as TypeOrmLogger } from 'typeorm';
import type { PerformanceLog } from '../logging/index.js';

const MAX_QUERY_LENGTH = 1_000;

/** What TypeORM has to say, in our logs. Parameters are never written: they are the customers' data. */
export class QueryLog implements TypeOrmLogger {
  constructor(
    private readonly logger: Pick<NestLogger, 'log' | 'warn' | 'debug'>,
    private readonly performance: Pick<PerformanceLog, 'metric'>,
  ) {}

  logQuerySlow(time: number, query: string): void {
    this.performance.metric('slow_query', time, 'ms', { query: query.slice(0, MAX_QUERY_LENGTH) });
  }

  logMigration(message: string): void {
    this.logger.log({ msg: message });
  }

  log(level: 'log' | 'info' | 'warn', message: unknown): void {
    if (level === 'warn') this.logger.warn({ msg: String(message) });
    else this.logger.debug({ msg: String(message) });
  }

  logQuery(): void {
    // One line per statement helps nobody; slow ones are measured.
  }

  logQueryError(): void {
    // The error itself is thrown, translated and captured; here it would be written twice, with its parameters.
  }

  logSchemaBuild(): void {
    // The schema is never built from the entities.
  }
}
