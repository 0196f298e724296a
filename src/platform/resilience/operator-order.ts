import type { ServiceName } from '../../config/index.js';
import type { Clock } from '../time/index.js';
import type { PolicyEvents } from './policy-events.js';
import type { PolicyOverride } from './service-policy.js';

/** An operator's order about one circuit: at most one at a time, and none after its expiry. */
export class OperatorOrder {
  private order: PolicyOverride | null = null;
  /** On the monotonic clock, so that an order lasts as long as was said although somebody sets the wall clock. */
  private endsAtMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly service: ServiceName,
    private readonly events: PolicyEvents,
    private readonly clock: Clock,
  ) {}

  /** The order in force; one whose time is over ends here. */
  get current(): PolicyOverride | null {
    if (this.clock.monotonicMs() >= this.endsAtMs) this.lift('expiry');
    return this.order;
  }

  give(order: PolicyOverride): void {
    this.order = order;
    const lastsMs = (order.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) - this.clock.now().getTime();
    this.endsAtMs = this.clock.monotonicMs() + lastsMs;
    this.events.publish({
      type: 'override',
      service: this.service,
      mode: order.mode,
      reason: order.reason ?? null,
      expiresAt: order.expiresAt ?? null,
    });
  }

  lift(by: 'operator' | 'expiry'): void {
    const mode = this.order?.mode;
    this.order = null;
    this.endsAtMs = Number.POSITIVE_INFINITY;
    if (mode !== undefined) this.events.publish({ type: 'override_ended', service: this.service, mode, by });
  }
}
