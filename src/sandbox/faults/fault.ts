export const SANDBOX_SERVICES = ['stripe', 'gcs', 'sendgrid'] as const;
export type SandboxService = (typeof SANDBOX_SERVICES)[number];

export const FAULT_KINDS = [
  'refuse',
  'reset',
  'hang',
  'slow',
  'status',
  'rate_limit',
  'malformed',
  'truncate',
  'lost_answer',
  'auth',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * A way in which a double fails on command.
 *
 * - `refuse`: the connection is closed before the request is read
 * - `reset`: TCP RST once the request was read; no work is done
 * - `hang`: the request is read and never answered; no work is done
 * - `slow`: the work is done, the answer comes `latency_ms` later
 * - `status`: answered with `status`; no work is done
 * - `rate_limit`: answered 429, with `retry_after` seconds; no work is done
 * - `malformed`: the work is done, the body of the answer is not what its headers promise
 * - `truncate`: the work is done, the connection breaks in the middle of the answer
 * - `lost_answer`: the work is done, the connection is closed instead of answering
 * - `auth`: answered as if the credentials were wrong; no work is done
 */
export interface Fault {
  readonly kind: FaultKind;
  /** Share of the calls that fail, above 0 and up to 1. */
  readonly rate: number;
  /** Milliseconds by which `slow` delays. */
  readonly latency_ms: number;
  /** What `status` answers. */
  readonly status: number;
  /** Seconds that `rate_limit` (and `status` 503 and 429, when given) asks to wait; null for none. */
  readonly retry_after: number | null;
  /** Seconds after which the fault ends by itself; null for never. */
  readonly for_seconds: number | null;
  /** Calls after which the fault ends by itself; null for never. */
  readonly times: number | null;
}

/** A fault that cannot be; `message` says what is wrong with it. */
export class InvalidFaultError extends Error {
  override readonly name = 'InvalidFaultError';
}

/** Whether `name` is a service that has a double. */
export function isSandboxService(name: string): name is SandboxService {
  return (SANDBOX_SERVICES as readonly string[]).includes(name);
}

const FIELDS = new Set(['kind', 'rate', 'latency_ms', 'status', 'retry_after', 'for_seconds', 'times']);

/** Reads a fault from a request body, filling in what was left out. @throws InvalidFaultError */
export function parseFault(body: unknown): Fault {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidFaultError('A fault is a JSON object');
  }
  const input = body as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(input).find((key) => !FIELDS.has(key));
  if (unknown !== undefined) throw new InvalidFaultError(`Unknown field ${unknown}`);
  const kind = FAULT_KINDS.find((name) => name === input['kind']);
  if (kind === undefined) throw new InvalidFaultError(`kind must be one of ${FAULT_KINDS.join(', ')}`);
  return {
    kind,
    rate: number(input, 'rate', { least: Number.MIN_VALUE, most: 1 }) ?? 1,
    latency_ms: number(input, 'latency_ms', { least: 0, most: 600_000 }) ?? 2_000,
    status: integer(input, 'status', { least: 200, most: 599 }) ?? 503,
    retry_after: integer(input, 'retry_after', { least: 0, most: 86_400 }),
    for_seconds: number(input, 'for_seconds', { least: Number.MIN_VALUE, most: 86_400 }),
    times: integer(input, 'times', { least: 1, most: 1_000_000 }),
  };
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

function number(input: Readonly<Record<string, unknown>>, field: string, { least, most }: Bounds): number | null {
  const value = input[field];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    throw new InvalidFaultError(
      `${field} must be a number of at most ${most} and not below ${least <= 0 ? 0 : 'zero'}`,
    );
  }
  return value;
}

function integer(input: Readonly<Record<string, unknown>>, field: string, bounds: Bounds): number | null {
  const value = number(input, field, bounds);
  if (value !== null && !Number.isInteger(value)) throw new InvalidFaultError(`${field} must be a whole number`);
  return value;
}
