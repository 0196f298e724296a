import type { Pool } from 'pg';
import type { AppConfig } from '../../config/index.js';
import { applicationName } from './application-name.js';
import { BoundedPool } from './bounded-pool.js';

export interface SmallPoolOptions {
  /** What it is for, as `pg_stat_activity` shows it. */
  readonly purpose: string;
  /** Connections at the most. */
  readonly max: number;
  readonly connectTimeoutMs: number;
  /** Limit of one statement. */
  readonly statementTimeoutMs: number;
}

/** A pool beside the main one, for work that must neither wait for requests nor keep them waiting. Opens nothing before it is used. */
export function openSmallPool(url: string, config: AppConfig, options: SmallPoolOptions): Pool {
  const pool = new BoundedPool({
    connectionString: url,
    application_name: applicationName(config, options.purpose),
    max: options.max,
    connectionTimeoutMillis: options.connectTimeoutMs,
    poolWaitMillis: options.connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    idle_in_transaction_session_timeout: options.statementTimeoutMs * 2,
    // A statement on a connection that a firewall has silently dropped is never answered by anyone.
    query_timeout: options.statementTimeoutMs + options.connectTimeoutMs,
    keepAlive: true,
    idleTimeoutMillis: 30_000,
  });
  // A connection that dies while nobody uses it concerns nobody: the next one is opened anew.
  pool.on('error', () => undefined);
  return pool;
}
