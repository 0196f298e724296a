import { plainToInstance } from 'class-transformer';
import { IsIn, IsInt, IsNumber, IsPositive, Max, Min, validateSync } from 'class-validator';
import { Field, OptionalField } from '../../../platform/http/index.js';
import { type Fault, FAULT_KINDS, type FaultKind } from '../fault.js';

const DAY_SECONDS = 86_400;
const DEFAULT_LATENCY_MS = 2_000;
const DEFAULT_STATUS = 503;

/** A fault that cannot be; `message` says what is wrong with it. */
export class InvalidFaultError extends Error {
  override readonly name = 'InvalidFaultError';
}

/** Body of `PUT /sandbox/faults/:service`, see {@link Fault}. */
export class FaultDto {
  @Field({ enumName: 'FaultKind' })
  @IsIn(FAULT_KINDS)
  readonly kind!: FaultKind;

  @Field({ description: 'Share of the calls that fail. Default 1', example: 0.5 })
  @OptionalField()
  @IsNumber()
  @IsPositive()
  @Max(1)
  readonly rate?: number;

  @Field({ description: `Milliseconds by which \`slow\` delays. Default ${DEFAULT_LATENCY_MS}` })
  @OptionalField()
  @IsNumber()
  @Min(0)
  @Max(600_000)
  readonly latency_ms?: number;

  @Field({ description: `What \`status\` answers. Default ${DEFAULT_STATUS}` })
  @OptionalField()
  @IsInt()
  @Min(200)
  @Max(599)
  readonly status?: number;

  @Field({ description: 'Seconds that `rate_limit`, or `status` with 429 or 503, asks to wait' })
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(DAY_SECONDS)
  readonly retry_after?: number;

  @Field({ description: 'Seconds after which the fault ends by itself' })
  @OptionalField()
  @IsNumber()
  @IsPositive()
  @Max(DAY_SECONDS)
  readonly for_seconds?: number;

  @Field({ description: 'Calls after which the fault ends by itself' })
  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  readonly times?: number;
}

/** Fills in what was left out. */
export function faultOf(body: FaultDto): Fault {
  return {
    kind: body.kind,
    rate: body.rate ?? 1,
    latency_ms: body.latency_ms ?? DEFAULT_LATENCY_MS,
    status: body.status ?? DEFAULT_STATUS,
    retry_after: body.retry_after ?? null,
    for_seconds: body.for_seconds ?? null,
    times: body.times ?? null,
  };
}

/** Reads a fault from a body that nothing has validated. @throws InvalidFaultError */
export function parseFault(body: unknown): Fault {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidFaultError('A fault is a JSON object');
  }
  const fault = plainToInstance(FaultDto, body);
  const problems = validateSync(fault, { whitelist: true, forbidNonWhitelisted: true });
  if (problems.length === 0) return faultOf(fault);
  throw new InvalidFaultError(problems.flatMap(({ constraints = {} }) => Object.values(constraints)).join('; '));
}
