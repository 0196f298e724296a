import { CountField, Field } from '../../../platform/http/index.js';
import { type Fault, FAULT_KINDS, type FaultKind, SANDBOX_SERVICES, type SandboxService } from '../fault.js';

/** A fault in force, with what is left of it. */
export class FaultInForce implements Fault {
  @Field({ enum: FAULT_KINDS, enumName: 'FaultKind' })
  readonly kind!: FaultKind;

  @Field({ description: 'Share of the calls that fail' })
  readonly rate!: number;

  @Field({ description: 'Of `slow`' })
  readonly latency_ms!: number;

  @CountField({ description: 'Of `status`' })
  readonly status!: number;

  @CountField({ nullable: true })
  readonly retry_after!: number | null;

  @Field({ type: Number, nullable: true, description: 'Null: it does not end by the clock' })
  readonly for_seconds!: number | null;

  @CountField({ nullable: true, description: 'Null: it does not end by calls' })
  readonly times!: number | null;

  @CountField({ nullable: true })
  readonly remaining_times!: number | null;

  @CountField({ nullable: true })
  readonly remaining_ms!: number | null;
}

/** How a double stands. */
export class DoubleView {
  @Field({ enum: SANDBOX_SERVICES, enumName: 'SandboxService' })
  readonly service!: SandboxService;

  @Field({ type: FaultInForce, nullable: true, description: 'Null when it is well' })
  readonly fault!: FaultInForce | null;

  @CountField({ description: 'Calls received since it started, failed or not' })
  readonly calls!: number;

  @CountField({ description: 'Calls that a fault was applied to since it started' })
  readonly failed_calls!: number;
}

export class DoublesView {
  @Field({ type: [DoubleView] })
  readonly services!: readonly DoubleView[];
}

export class DoubleResponse {
  @Field()
  readonly data!: DoubleView;
}

export class DoublesResponse {
  @Field()
  readonly data!: DoublesView;
}
