import { Field, TimeField } from '../http/index.js';
import { CHECK_NAMES, CHECK_STATUSES, type CheckName, type OverallStatus } from './health-check-registry.js';

/** What a look at one part found; some parts say more in fields of their own. */
const CHECK = {
  type: 'object' as const,
  required: ['status'],
  properties: {
    status: { type: 'string' as const, enum: [...CHECK_STATUSES] },
    reason: { type: 'string' as const, description: 'Why it is not up' },
  },
  additionalProperties: true,
};

const CHECKS = {
  type: 'object' as const,
  selfRequired: true,
  properties: Object.fromEntries(CHECK_NAMES.map((name) => [name, CHECK])),
};

type Checks = Readonly<Partial<Record<CheckName, unknown>>>;

export class ProbeResponse {
  @Field({ enum: ['ok'] })
  readonly status!: 'ok';
}

export class ReadinessResponse extends ProbeResponse {
  @Field(CHECKS)
  readonly checks!: Checks;
}

export class HealthCheckResponse {
  @Field({ enum: CHECK_STATUSES, description: 'Down without database or queue, degraded without another part' })
  readonly status!: OverallStatus;

  @TimeField()
  readonly timestamp!: string;

  @Field({ example: '1.0.0' })
  readonly version!: string;

  @Field(CHECKS)
  readonly checks!: Checks;
}
