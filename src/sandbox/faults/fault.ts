import type { SandboxedService } from '../../config/index.js';

export const SANDBOX_SERVICES = ['stripe', 'gcs', 'sendgrid'] as const satisfies readonly SandboxedService[];
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

/** Whether `name` is a service that has a double. */
export function isSandboxService(name: string): name is SandboxService {
  return (SANDBOX_SERVICES as readonly string[]).includes(name);
}
