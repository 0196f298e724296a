import { type DynamicModule, Module } from '@nestjs/common';
import { AccountModule } from './account/index.js';
import { AdminMonitoringModule, AuditModule, AuditTrail, OperatorApiModule } from './admin-monitoring/index.js';
import { AuthModule } from './auth/index.js';
import { type AppConfig, ConfigModule } from './config/index.js';
import { EmailModule } from './email/index.js';
import { PaymentsModule } from './payments/index.js';
import { BegunServerModule, DatabaseModule, type ServerStart } from './platform/database/index.js';
import { ErrorsModule } from './platform/errors/errors.module.js';
import { HealthModule } from './platform/health/index.js';
import { HttpModule } from './platform/http/index.js';
import { JobsModule } from './platform/jobs/index.js';
import { LoggingModule } from './platform/logging/index.js';
import { CircuitOrdersModule, ResilienceModule } from './platform/resilience/index.js';
import { TimeModule } from './platform/time/index.js';
import { RenderingModule } from './rendering/index.js';
import { StorageModule } from './storage/index.js';

const PLATFORM = [
  TimeModule,
  HttpModule,
  LoggingModule,
  ErrorsModule,
  ResilienceModule,
  DatabaseModule,
  CircuitOrdersModule,
  // Closes after the queue and all features, so that their last errors are counted, and before the database.
  AdminMonitoringModule,
  JobsModule,
  HealthModule,
];

const FEATURES = [
  EmailModule,
  AuthModule,
  StorageModule,
  PaymentsModule,
  RenderingModule,
  AccountModule,
  OperatorApiModule,
];

/** Composition root: the one file that sees every room. */
@Module({})
export class AppModule {
  /** @param server a database server that has been begun already; without it the application begins its own */
  static async register(config: AppConfig, server?: ServerStart): Promise<DynamicModule> {
    return {
      module: AppModule,
      imports: [
        ConfigModule.register(config),
        ...(server === undefined ? [] : [BegunServerModule.register(server)]),
        ...PLATFORM,
        ...(await sandboxModules(config)),
        ...FEATURES,
      ],
    };
  }
}

/** The doubles and their control are loaded only where they are on: production images do not contain them. */
async function sandboxModules(config: AppConfig): Promise<DynamicModule[]> {
  if (config.sandbox === null) return [];
  const { SandboxModule } = await import('./sandbox/index.js');
  return [SandboxModule.register(config, { module: AuditModule, trail: AuditTrail })];
}
