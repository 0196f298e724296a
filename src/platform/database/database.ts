import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { translateError } from '../errors/index.js';
import { isConnectionLoss, isTransactionConflict } from './sql-state.js';

const TRANSACTION_ATTEMPTS = 3;
const READ_RETRIES = 2;

/** The one way features reach PostgreSQL: plain reads, reads that outlive a lost connection, and transactions. */
@Injectable()
export class Database {
  constructor(private readonly dataSource: DataSource) {}

  /** For plain reads and writes of one statement. What it throws is translated by the error filter or the caller. */
  get manager(): EntityManager {
    return this.dataSource.manager;
  }

  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. On a serialization failure or a
   * deadlock (SQLSTATE 40001, 40P01) the whole of `work` runs again, three times at the most, so it must have no effect
   * outside the database. Inside, use only the manager it is given; a nested call would wait for a second connection.
   * @throws ApiError – what `work` threw, translated; `DATABASE_*` for PostgreSQL's own failures.
   */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.dataSource.transaction(work);
      } catch (error) {
        if (attempt >= TRANSACTION_ATTEMPTS || !isTransactionConflict(error)) throw translateError(error);
        await jitter(attempt);
      }
    }
  }

  /**
   * Runs an idempotent read, again (twice at the most) when its connection was lost in flight.
   * @throws ApiError – `DATABASE_CONNECTION_ERROR` when the database stays away, `DATABASE_TIMEOUT` when it is too slow.
   */
  async read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    for (let retry = 0; ; retry += 1) {
      try {
        return await work(this.dataSource.manager);
      } catch (error) {
        if (retry >= READ_RETRIES || !isConnectionLoss(error)) throw translateError(error);
        await jitter(retry + 1);
      }
    }
  }
}

/** Two transactions that collided must not collide again in step: a random wait that grows with the attempt. */
async function jitter(attempt: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
}
