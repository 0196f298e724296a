import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { Pool, QueryConfig, QueryResult } from 'pg';

/** Counting takes a millisecond. Whoever waits this long (ms) has yet to be served by the same database. */
const LIMIT_MS = 1_000;

/**
 * The database as the strict limits ask it: at once or not at all, so that a request is not held up twice by a database that
 * is slow or has no connection free. What is not answered in time is counted in memory.
 */
export class PromptStore {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Error what the database says, or that it has said nothing */
  async query(statement: QueryConfig): Promise<QueryResult> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new Error('The database did not count a request in time'));
    }, LIMIT_MS);
    try {
      const pool = (this.dataSource.driver as PostgresDriver).master as Pool;
      return await Promise.race([pool.query(statement), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
