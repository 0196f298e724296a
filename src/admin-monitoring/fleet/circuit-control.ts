import { Inject, Injectable } from '@nestjs/common';
import type { Operator } from '../../auth/index.js';
import type { ServiceName } from '../../config/index.js';
import { redactString } from '../../platform/logging/index.js';
import { type CircuitOrder, CircuitOrders, type OrderRequest } from '../../platform/resilience/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import type { AuditAction } from '../audit/audit-actions.js';
import { AuditTrail } from '../audit/audit-trail.js';

/** How an operator overrides a circuit for a while. */
export type TimedOrder = 'isolate' | 'disable';

const AUDITED_AS = {
  isolate: 'circuit_breaker.force_open',
  disable: 'circuit_breaker.disable',
} as const satisfies Record<TimedOrder, AuditAction>;

/** What administrators do to circuits, on every instance. The order and its entry in the audit are one transaction. */
@Injectable()
export class CircuitControl {
  constructor(
    private readonly orders: CircuitOrders,
    private readonly audit: AuditTrail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Ends any order about a service and closes its circuit. @throws ApiError `DATABASE_*` */
  async reset(by: Operator, service: ServiceName | 'all', reason?: string): Promise<readonly CircuitOrder[]> {
    const change =
      service === 'all'
        ? ({ by, reason, action: 'circuit_breaker.reset_all' } as const)
        : ({ by, reason, action: 'circuit_breaker.reset', target: service } as const);
    return await this.audit.carryOut(
      change,
      async (record) => await this.orders.give({ service, action: 'reset', actor: by.email, ...given(reason) }, record),
    );
  }

  /** Holds a circuit open, or lets all calls pass, until the order expires. @throws ApiError `DATABASE_*` */
  async override(
    by: Operator,
    service: ServiceName,
    action: TimedOrder,
    { reason, seconds }: { readonly reason: string; readonly seconds: number },
  ): Promise<readonly CircuitOrder[]> {
    const expiresAt = new Date(this.clock.now().getTime() + seconds * 1_000);
    const order: OrderRequest = { service, action, actor: by.email, expiresAt, ...given(reason) };
    return await this.audit.carryOut(
      { by, action: AUDITED_AS[action], target: service, reason, details: { expires_in_seconds: seconds } },
      async (record) => await this.orders.give(order, record),
    );
  }
}

/** The reason as everybody may read it: it stays in the order, and every instance logs it. */
function given(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason: redactString(reason) };
}
