import { Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { PerformanceLog } from '../logging/index.js';
import { dataSourceOptions } from './data-source-options.js';
import { Database } from './database.js';
import type { DatabaseServer } from './database-server.js';
import { DATABASE_SERVER, DatabaseServerModule } from './database-server.module.js';
import { DATABASE_URL } from './database-url.js';
import { NotificationListener } from './notification-listener.js';
import { QueryLog } from './query-log.js';

/**
 * The database, everywhere. Import it before every other global module that has connections: Nest closes global modules in
 * reverse order of import, those that they import themselves first of all, and our own server has to go last.
 */
@Global()
@Module({
  imports: [
    DatabaseServerModule,
    TypeOrmModule.forRootAsync({
      imports: [DatabaseServerModule],
      inject: [DATABASE_URL, APP_CONFIG, PerformanceLog],
      useFactory: (url: string, config: AppConfig, performance: PerformanceLog) => ({
        ...dataSourceOptions(url, config, new QueryLog(new Logger('Database'), performance)),
        autoLoadEntities: true,
        // The database has been waited for; what fails now is not healed by trying again.
        retryAttempts: 1,
      }),
    }),
  ],
  providers: [Database, NotificationListener],
  exports: [Database, NotificationListener],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DATABASE_SERVER) private readonly server: DatabaseServer) {}

  async onApplicationShutdown(): Promise<void> {
    await this.server.close();
  }
}
