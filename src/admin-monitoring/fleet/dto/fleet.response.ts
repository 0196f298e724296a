import { SERVICE_NAMES, type ProcessRole, type ServiceName } from '../../../config/index.js';
import { CountField, Field, TimeField } from '../../../platform/http/index.js';
import type { CircuitState } from '../../../platform/resilience/index.js';

export const CIRCUIT_STATES = [
  'closed',
  'open',
  'half_open',
  'isolated',
  'disabled',
] as const satisfies readonly CircuitState[];

const PROCESS_ROLES = ['all', 'api', 'worker'] as const satisfies readonly ProcessRole[];

export const OVERALL_HEALTH = ['healthy', 'degraded', 'unhealthy'] as const;

/** `degraded`: some services are healthy; `unhealthy`: none is. */
export type OverallHealth = (typeof OVERALL_HEALTH)[number];

/** How a circuit stands. */
export class ServiceHealth {
  @Field({
    enum: CIRCUIT_STATES,
    enumName: 'CircuitState',
    description: '`isolated` and `disabled` are orders of an administrator: held open, and ignored',
  })
  readonly state!: CircuitState;

  @CountField({ description: 'Failures in a row' })
  readonly failure_count!: number;

  @TimeField({ nullable: true })
  readonly last_failure_time!: string | null;

  @Field({ type: String, nullable: true, example: 'STRIPE_TIMEOUT' })
  readonly last_failure_code!: string | null;

  @TimeField({ nullable: true, description: 'When calls may go out again; null while nothing keeps them back' })
  readonly next_attempt_at!: string | null;

  @Field({ description: 'Whether calls go out' })
  readonly healthy!: boolean;
}

export class InstanceServiceHealth extends ServiceHealth {
  @Field({ example: 'api-7d9f-12' })
  readonly instance!: string;
}

export class FleetServiceHealth extends ServiceHealth {
  @Field({ enum: SERVICE_NAMES, enumName: 'ServiceName' })
  readonly service!: ServiceName;

  @Field({ type: [InstanceServiceHealth] })
  readonly instances!: readonly InstanceServiceHealth[];
}

/** A process that runs. */
export class InstanceResponse {
  @Field({ example: 'api-7d9f-12' })
  readonly instance!: string;

  @Field({ enum: PROCESS_ROLES, enumName: 'ProcessRole' })
  readonly role!: ProcessRole;

  @Field()
  readonly version!: string;

  @TimeField()
  readonly started_at!: string;

  @TimeField({ description: 'When it last said that it is there; after ten seconds of silence it is left out' })
  readonly last_seen_at!: string;
}

export class HealthSummary {
  @CountField()
  readonly total_services!: number;

  @CountField()
  readonly healthy_services!: number;

  @CountField()
  readonly unhealthy_services!: number;

  @Field({ enum: OVERALL_HEALTH, enumName: 'OverallHealth' })
  readonly overall_health!: OverallHealth;
}

export class ServicesHealth {
  @Field({ type: [FleetServiceHealth] })
  readonly services!: readonly FleetServiceHealth[];

  @Field({ type: [InstanceResponse] })
  readonly instances!: readonly InstanceResponse[];

  @Field()
  readonly summary!: HealthSummary;

  @Field({ description: 'Whether doubles stand in for dependencies, which can be broken on purpose' })
  readonly sandbox!: boolean;
}

export class ServicesHealthResponse {
  @Field()
  readonly data!: ServicesHealth;
}
