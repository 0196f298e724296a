import type { Clock } from '../../time/index.js';
import type { PolicyRegistry } from '../policy-registry.js';
import { asGiven, type CircuitOrder, type ReadOrder } from './circuit-order.js';

/** What this process has done about the orders: each is carried out once, in their order, however often it is read. */
export class AppliedOrders {
  private sequence = 0;
  /** The last order of each service that was not a reset. */
  private readonly standing = new Map<string, CircuitOrder>();

  constructor(
    private readonly registry: Pick<PolicyRegistry, 'find' | 'all'>,
    private readonly clock: Clock,
  ) {}

  /** Sequence of the newest order that is dealt with. */
  get upTo(): number {
    return this.sequence;
  }

  /** Begins with what stands. What came before the process counts as dealt with: its circuits are closed and know no failure. */
  restore(latest: readonly ReadOrder[]): void {
    for (const order of latest) {
      const stands = order.action !== 'reset' && (order.remainingMs === null || order.remainingMs > 0);
      if (stands) this.carryOut(order);
      this.sequence = Math.max(this.sequence, order.sequence);
    }
  }

  /** @param orders - in the order of their sequence, without a gap after {@link upTo} */
  apply(orders: readonly ReadOrder[]): void {
    for (const order of orders) {
      if (order.sequence <= this.sequence) continue;
      this.sequence = order.sequence;
      this.carryOut(order);
    }
  }

  /** The orders that are in force here, oldest first. */
  inForce(): readonly CircuitOrder[] {
    return [...this.standing.values()]
      .filter(({ service }) => (this.registry.find(service)?.snapshot().override ?? null) !== null)
      .toSorted((one, other) => one.sequence - other.sequence);
  }

  /** A circuit finds out when it is looked at that its order has expired: this looks, so that it is said in time. */
  noticeExpiry(): void {
    for (const policy of this.registry.all()) policy.snapshot();
  }

  private carryOut(order: ReadOrder): void {
    const policy = this.registry.find(order.service);
    // A service that another version of the product has.
    if (policy === undefined) return;
    if (order.action === 'reset') {
      this.standing.delete(order.service);
      policy.reset();
      return;
    }
    const { reason, remainingMs } = order;
    this.standing.set(order.service, asGiven(order));
    const options = {
      ...(reason === null ? {} : { reason }),
      ...(remainingMs === null ? {} : { expiresAt: new Date(this.clock.now().getTime() + remainingMs) }),
    };
    if (order.action === 'isolate') policy.isolate(options);
    else policy.disable(options);
  }
}
