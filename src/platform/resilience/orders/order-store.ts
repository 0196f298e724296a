import { Injectable } from '@nestjs/common';
import { type EntityManager, LessThan } from 'typeorm';
import { SERVICE_NAMES } from '../../../config/index.js';
import { Database, NotificationListener } from '../../database/index.js';
import {
  type CircuitOrder,
  type HistoryQuery,
  type OrderRequest,
  ORDERS_CHANNEL,
  type ReadOrder,
} from './circuit-order.js';
import { CircuitOrderRow } from './circuit-order.entity.js';

/** Key of the advisory lock under which orders are given one at a time: "order" in ASCII, a number of our own. */
const ORDER_LOCK = 0x6f72646572;

const READ = `SELECT sequence, service, action, actor, reason, created_at AS "createdAt", expires_at AS "expiresAt",
  (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS "remainingMs" FROM circuit_orders`;

/** The newest order of each service that has any. */
const LATEST = READ.replace('SELECT', 'SELECT DISTINCT ON (service)') + ' ORDER BY service, sequence DESC';

const SINCE = `${READ} WHERE sequence > $1 ORDER BY sequence`;

const INSERT = `INSERT INTO circuit_orders (service, action, actor, reason, created_at, expires_at)
  SELECT service, $2, $3, $4, statement_timestamp(), statement_timestamp() + $5::float8 * interval '1 millisecond'
  FROM unnest($1::text[]) AS service RETURNING sequence`;

/**
 * The orders in PostgreSQL. They are written one at a time, so that sequences become visible in their order: who has read up to
 * one has missed none before it, and two orders for all services never mix.
 */
@Injectable()
export class OrderStore {
  constructor(
    private readonly database: Database,
    private readonly listener: NotificationListener,
  ) {}

  /**
   * Writes an order and announces it, in one transaction.
   * @param lastsMs - null when it does not expire. A duration, so that it ends everywhere at once whatever an instance's clock says
   * @param after - a sequence: all that is newer is read back too
   * @param also - is written in the same transaction, which may run again when it collides with another
   * @throws ApiError `DATABASE_*`; when the connection broke during the commit, the order may stand nevertheless
   */
  async add(
    request: OrderRequest,
    lastsMs: number | null,
    after: number,
    also?: (manager: EntityManager) => Promise<void>,
  ): Promise<{ readonly given: readonly ReadOrder[]; readonly since: readonly ReadOrder[] }> {
    const services = request.service === 'all' ? [...SERVICE_NAMES] : [request.service];
    return await this.database.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [ORDER_LOCK]);
      const values = [services, request.action, request.actor, request.reason ?? null, lastsMs];
      const inserted = await manager.query<{ sequence: number }[]>(INSERT, values);
      await also?.(manager);
      await manager.query('SELECT pg_notify($1, $2)', [ORDERS_CHANNEL, '']);
      const since = await manager.query<ReadOrder[]>(SINCE, [after]);
      const own = new Set(inserted.map(({ sequence }) => sequence));
      return { given: since.filter(({ sequence }) => own.has(sequence)), since };
    });
  }

  async latest(): Promise<readonly ReadOrder[]> {
    return await this.read(LATEST, []);
  }

  async since(sequence: number): Promise<readonly ReadOrder[]> {
    return await this.read(SINCE, [sequence]);
  }

  async history({ limit, service, before }: HistoryQuery): Promise<readonly CircuitOrder[]> {
    return await this.database.read(
      async (manager) =>
        await manager.find(CircuitOrderRow, {
          where: {
            ...(service === undefined ? {} : { service }),
            ...(before === undefined ? {} : { sequence: LessThan(before) }),
          },
          order: { sequence: 'DESC' },
          take: limit,
        }),
    );
  }

  /** Over the connection that listens, or through the pool while that is away. */
  private async read(text: string, values: readonly unknown[]): Promise<readonly ReadOrder[]> {
    const rows = await this.listener.query<ReadOrder>(text, values);
    return rows ?? (await this.database.read(async (manager) => await manager.query<ReadOrder[]>(text, [...values])));
  }
}
