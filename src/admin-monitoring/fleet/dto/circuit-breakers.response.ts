import { SERVICE_NAMES, type ServiceName } from '../../../config/index.js';
import { CountField, Field, IdField, Pagination, TimeField } from '../../../platform/http/index.js';
import {
  CIRCUIT_EVENT_CAUSES,
  CIRCUIT_EVENT_TYPES,
  type CircuitEvent,
  type CircuitEventCause,
  type CircuitEventType,
} from '../entities/circuit-event.entity.js';
import { CircuitOrderResponse } from './circuit-orders.response.js';
import { InstanceServiceHealth, ServiceHealth } from './fleet.response.js';

/** The numbers of a circuit. */
export class CircuitSettings {
  @CountField({ description: 'Failures in a row that open it' })
  readonly failure_threshold!: number;

  @CountField({ description: 'How long it stays open before a probe goes out' })
  readonly recovery_timeout_ms!: number;

  @CountField({
    nullable: true,
    description: 'A call slower than this counts as slow; null: slow calls do not open it',
  })
  readonly slow_call_ms!: number | null;

  @CountField({ description: 'Calls that may run at once on an instance' })
  readonly bulkhead!: number;

  @CountField({ description: 'Calls that may wait for a place on an instance' })
  readonly queue!: number;
}

export class InstanceCircuit extends InstanceServiceHealth {
  @CountField()
  readonly active_calls!: number;

  @CountField({ description: 'Calls that wait for a place' })
  readonly queued_calls!: number;
}

/** A circuit, on all instances together and on each. */
export class CircuitBreakerResponse extends ServiceHealth {
  @Field({ enum: SERVICE_NAMES, enumName: 'ServiceName' })
  readonly service!: ServiceName;

  @CountField()
  readonly active_calls!: number;

  @CountField({ description: 'Calls that wait for a place' })
  readonly queued_calls!: number;

  @Field({ description: 'As this instance has them' })
  readonly settings!: CircuitSettings;

  @Field({ type: CircuitOrderResponse, nullable: true, description: 'The order in force' })
  readonly order!: CircuitOrderResponse | null;

  @Field({ type: [InstanceCircuit] })
  readonly instances!: readonly InstanceCircuit[];
}

export class CircuitBreakers {
  @Field({ type: [CircuitBreakerResponse] })
  readonly circuit_breakers!: readonly CircuitBreakerResponse[];
}

export class CircuitBreakersResponse {
  @Field()
  readonly data!: CircuitBreakers;
}

/** A change of a circuit on one instance. */
export class CircuitEventResponse {
  @IdField()
  readonly id!: string;

  @TimeField()
  readonly occurred_at!: string;

  @Field({ enum: SERVICE_NAMES, enumName: 'ServiceName' })
  readonly service!: ServiceName;

  @Field({ example: 'api-7d9f-12' })
  readonly instance!: string;

  @Field({ enum: CIRCUIT_EVENT_TYPES, enumName: 'CircuitEventType' })
  readonly type!: CircuitEventType;

  @Field({ enum: CIRCUIT_EVENT_CAUSES, enumName: 'CircuitEventCause', nullable: true })
  readonly cause!: CircuitEventCause | null;

  @Field({ type: String, nullable: true, description: 'Code of the error that opened it' })
  readonly code!: string | null;

  @Field({ type: String, nullable: true, description: 'Of an order' })
  readonly reason!: string | null;

  @CountField({ nullable: true, description: 'How long it stays open before a probe goes out' })
  readonly open_for_ms!: number | null;

  @TimeField({ nullable: true, description: 'When an order ends by itself' })
  readonly expires_at!: string | null;
}

export class CircuitEventPage {
  @Field({ type: [CircuitEventResponse] })
  readonly events!: readonly CircuitEventResponse[];

  @Field()
  readonly pagination!: Pagination;
}

export class CircuitEventsResponse {
  @Field()
  readonly data!: CircuitEventPage;
}

export function wireCircuitEvent(event: CircuitEvent): CircuitEventResponse {
  return {
    id: event.id,
    occurred_at: event.occurredAt.toISOString(),
    service: event.service,
    instance: event.instance,
    type: event.type,
    cause: event.cause,
    code: event.code,
    reason: event.reason,
    open_for_ms: event.openForMs,
    expires_at: event.expiresAt?.toISOString() ?? null,
  };
}
