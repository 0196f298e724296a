import pg from 'pg';
import type { DataSourceOptions, Logger as TypeOrmLogger } from 'typeorm';
import type { AppConfig } from '../../config/index.js';
import { applicationName } from './application-name.js';
import { BoundedPool } from './bounded-pool.js';
import { SnakeNamingStrategy } from './snake-naming-strategy.js';

/** A statement slower than this (ms) is reported. */
const SLOW_QUERY_MS = 200;

/** A transaction whose owner falls silent holds its locks no longer than this (ms). */
const IDLE_IN_TRANSACTION_MS = 30_000;

/** How features' connections are made and bounded. */
export function dataSourceOptions(url: string, config: AppConfig, logger: TypeOrmLogger): DataSourceOptions {
  const { database } = config;
  return {
    type: 'postgres',
    url,
    driver: { ...pg, Pool: BoundedPool },
    applicationName: applicationName(config, config.role),
    poolSize: database.poolSize,
    connectTimeoutMS: database.connectTimeoutMs,
    namingStrategy: new SnakeNamingStrategy(),
    synchronize: false,
    migrationsRun: false,
    // The product needs no extension, and asking for them costs a round trip at boot.
    installExtensions: false,
    logger,
    maxQueryExecutionTime: SLOW_QUERY_MS,
    extra: {
      statement_timeout: database.statementTimeoutMs,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      // A statement on a connection that a firewall has silently dropped is never answered by anyone.
      query_timeout: database.statementTimeoutMs + database.connectTimeoutMs,
      poolWaitMillis: database.poolWaitMs,
      keepAlive: true,
      idleTimeoutMillis: 30_000,
    },
  };
}
