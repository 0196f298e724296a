import { SERVICE_NAMES, type ServiceName } from '../../../config/index.js';
import { Field, TimeField } from '../../../platform/http/index.js';
import type { CircuitOrder, OrderAction } from '../../../platform/resilience/index.js';

const ORDER_ACTIONS = ['reset', 'isolate', 'disable'] as const satisfies readonly OrderAction[];

/** An order that was given to all instances. */
export class CircuitOrderResponse {
  @Field({ enum: SERVICE_NAMES, enumName: 'ServiceName' })
  readonly service!: ServiceName;

  @Field({ enum: ORDER_ACTIONS, enumName: 'CircuitOrderAction' })
  readonly action!: OrderAction;

  @Field({ format: 'email', description: 'Who gave it' })
  readonly actor!: string;

  @Field({ type: String, nullable: true })
  readonly reason!: string | null;

  @TimeField()
  readonly created_at!: string;

  @TimeField({ nullable: true, description: 'Null when it stands until the next order' })
  readonly expires_at!: string | null;
}

export class GivenOrders {
  @Field({ type: [CircuitOrderResponse], description: 'One for each service' })
  readonly orders!: readonly CircuitOrderResponse[];
}

export class GivenOrdersResponse {
  @Field()
  readonly data!: GivenOrders;
}

export function wireOrder(order: CircuitOrder): CircuitOrderResponse {
  return {
    service: order.service as ServiceName,
    action: order.action,
    actor: order.actor,
    reason: order.reason,
    created_at: order.createdAt.toISOString(),
    expires_at: order.expiresAt?.toISOString() ?? null,
  };
}
