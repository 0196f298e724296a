import type { Logger, OnApplicationShutdown } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { NotificationListener } from '../../database/index.js';
import { ValidationError } from '../../errors/index.js';
import { OutageLog } from '../../logging/outage-log.js';
import type { Clock } from '../../time/index.js';
import type { PolicyRegistry } from '../policy-registry.js';
import { AppliedOrders } from './applied-orders.js';
import { asGiven, type CircuitOrder, type HistoryQuery, type OrderRequest, ORDERS_CHANNEL } from './circuit-order.js';
import type { OrderStore } from './order-store.js';

/**
 * How often the table is looked at, in ms. With two seconds until a dead connection is given up, an order that nobody was
 * notified of still reaches every instance within five.
 */
const POLL_INTERVAL_MS = 2_000;

export interface CircuitOrdersPorts {
  readonly store: Pick<OrderStore, 'add' | 'latest' | 'since' | 'history'>;
  readonly listener: Pick<NotificationListener, 'listen'>;
  readonly registry: Pick<PolicyRegistry, 'find' | 'all'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Operators' orders about the circuits of the whole fleet. An order is a row: it stands until the next one about the same service
 * or its expiry, reaches every instance within five seconds, and is there again after a restart. While the database is away what
 * is known stays in force, and expires in time.
 */
export class CircuitOrders implements OnApplicationShutdown {
  private readonly outages: OutageLog;
  private readonly applied: AppliedOrders;
  private timer: NodeJS.Timeout | null = null;
  private readonly reads = new Set<Promise<void>>();
  private stopped = false;
  private stopListening: (() => void) | null = null;

  constructor(private readonly ports: CircuitOrdersPorts) {
    this.outages = new OutageLog(
      ports.logger,
      'Orders about circuits cannot be looked for; those that are known stay in force',
    );
    this.applied = new AppliedOrders(ports.registry, ports.clock);
  }

  /**
   * Carries out what stands, then hears of what comes. Nobody may call a dependency before.
   * @throws ApiError `DATABASE_*`: without knowing the orders the process must not start
   */
  async start(): Promise<void> {
    this.applied.restore(await this.ports.store.latest());
    // Nobody listens to the events of the policies yet.
    for (const { service, action, reason, expiresAt } of this.current())
      this.ports.logger.warn({
        msg: 'An order about a circuit stands',
        service,
        action,
        reason,
        expires_at: expiresAt,
      });
    this.stopListening = this.ports.listener.listen(ORDERS_CHANNEL, () => void this.refresh());
    this.schedule();
  }

  /**
   * Gives an order to all instances; on this one it is carried out when the promise resolves.
   * @param also - what is to be written in the same transaction, such as the audit's entry
   * @returns the order: one for each service when it was given for `all`
   * @throws ValidationError when it would have expired already; ApiError `DATABASE_*` when it could not be written, and then it
   *   is not carried out here either
   */
  async give(
    request: OrderRequest,
    also?: (manager: EntityManager) => Promise<void>,
  ): Promise<readonly CircuitOrder[]> {
    const { given, since } = await this.ports.store.add(request, this.durationOf(request), this.applied.upTo, also);
    this.applied.apply(since);
    return given.map(asGiven);
  }

  /** The orders in force on this instance, oldest first. Answers from memory, also while the database is away. */
  current(): readonly CircuitOrder[] {
    return this.applied.inForce();
  }

  /**
   * All orders ever given, newest first.
   * @throws ApiError `DATABASE_*`
   */
  async history(query: HistoryQuery): Promise<readonly CircuitOrder[]> {
    return await this.ports.store.history(query);
  }

  /** Late in the shutdown: what still runs until then obeys new orders. */
  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.stopListening?.();
    if (this.timer !== null) clearTimeout(this.timer);
    await Promise.all(this.reads);
  }

  private durationOf(request: OrderRequest): number | null {
    if (request.action === 'reset' || request.expiresAt === undefined) return null;
    const lastsMs = request.expiresAt.getTime() - this.ports.clock.now().getTime();
    if (lastsMs > 0) return lastsMs;
    throw new ValidationError({ field: 'expires_at', message: 'The expiry must lie in the future.' });
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.applied.noticeExpiry();
      void this.refresh().then(() => this.schedule());
    }, POLL_INTERVAL_MS);
    this.timer.unref();
  }

  /**
   * Reads what is new. Never rejects. Several may read at once, since each order is carried out once: so one that hangs on a dead
   * connection does not keep back what another hears.
   */
  private async refresh(): Promise<void> {
    const read = this.read();
    this.reads.add(read);
    await read;
    this.reads.delete(read);
  }

  private async read(): Promise<void> {
    try {
      this.applied.apply(await this.ports.store.since(this.applied.upTo));
    } catch (error) {
      this.outages.report(error);
    }
  }
}
