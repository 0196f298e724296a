import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { LoggerModule, type Params } from 'nestjs-pino';
import { pino } from 'pino';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
// Not through the room's index: that leads to the rate limits, which write to the security log.
import { RequestContext } from '../http/request-context.js';
import { EventLoopMonitor } from './event-loop-monitor.js';
import { LOG_OUTPUT, type LogOutput, openLogOutput } from './log-output.js';
import { PerformanceLog } from './performance-log.js';
import { pinoOptions } from './pino-options.js';
import { RequestEvents } from './request-events.js';
import { RequestLog } from './request-log.js';
import { SecurityLog } from './security-log.js';

/** The output is opened before the logger, and closed with the process. */
@Global()
@Module({
  providers: [
    { provide: LOG_OUTPUT, inject: [APP_CONFIG], useFactory: async (config: AppConfig) => await openLogOutput(config) },
  ],
  exports: [LOG_OUTPUT],
})
class LogOutputModule {}

/**
 * Structured logs. `app.useLogger(app.get(Logger))` with nestjs-pino's `Logger` puts Nest's own `Logger` on it, which is what
 * everybody writes to. nestjs-pino's request middleware stays off: {@link RequestLog} writes the line of a request.
 */
@Global()
@Module({
  imports: [
    LogOutputModule,
    LoggerModule.forRootAsync({
      inject: [APP_CONFIG, RequestContext, LOG_OUTPUT],
      useFactory: (config: AppConfig, context: RequestContext, output: LogOutput): Params => ({
        pinoHttp: { logger: pino(pinoOptions(config, context), output) },
        forRoutes: [],
      }),
    }),
  ],
  providers: [SecurityLog, PerformanceLog, RequestEvents, RequestLog, EventLoopMonitor],
  exports: [SecurityLog, PerformanceLog, RequestEvents],
})
export class LoggingModule implements OnApplicationShutdown {
  constructor(@Inject(LOG_OUTPUT) private readonly output: LogOutput) {}

  /** Lines may still follow while other modules shut down, so the output stays open: exit flushes the rest. */
  async onApplicationShutdown(): Promise<void> {
    await this.output.flush();
  }
}
