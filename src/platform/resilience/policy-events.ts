import type { Logger } from '@nestjs/common';
import type { ServiceName } from '../../config/index.js';

interface OfService {
  readonly service: ServiceName;
}

interface OfOperation extends OfService {
  readonly operation: string;
}

/** Everything a policy tells the outside. Durations in milliseconds. */
export type PolicyEvent =
  | (OfOperation & {
      readonly type: 'attempt';
      readonly attempt: number;
      readonly outcome: 'success' | 'failure' | 'timeout' | 'cancelled';
      readonly durationMs: number;
      /** Code of the error; null for a success. */
      readonly code: string | null;
    })
  | (OfOperation & {
      readonly type: 'retry';
      readonly attempt: number;
      readonly delayMs: number;
      readonly code: string;
    })
  | (OfOperation & {
      readonly type: 'retry_denied';
      readonly reason: 'budget' | 'circuit' | 'deadline' | 'retry_after';
      readonly code: string;
    })
  | (OfOperation & { readonly type: 'reject'; readonly reason: 'circuit' | 'bulkhead' | 'deadline' })
  | (OfOperation & { readonly type: 'fallback'; readonly code: string; readonly succeeded: boolean })
  | (OfOperation & { readonly type: 'late_end'; readonly lateMs: number; readonly succeeded: boolean })
  | (OfOperation & {
      readonly type: 'duration';
      readonly durationMs: number;
      readonly attempts: number;
      readonly succeeded: boolean;
    })
  | (OfService & {
      readonly type: 'break';
      readonly cause: 'failures' | 'slow_calls' | 'probe';
      readonly code: string | null;
      readonly openForMs: number;
    })
  | (OfService & { readonly type: 'half_open' })
  | (OfService & { readonly type: 'reset'; readonly by: 'probe' | 'operator' })
  | (OfService & {
      readonly type: 'override';
      readonly mode: 'isolated' | 'disabled';
      readonly reason: string | null;
      readonly expiresAt: Date | null;
    })
  | (OfService & {
      readonly type: 'override_ended';
      readonly mode: 'isolated' | 'disabled';
      readonly by: 'operator' | 'expiry';
    });

export type PolicyListener = (event: PolicyEvent) => void;

/** The port on which logs, metrics and monitoring hear what the policies do. */
export class PolicyEvents {
  private readonly listeners = new Set<PolicyListener>();

  constructor(private readonly logger: Pick<Logger, 'error'>) {}

  /**
   * Adds a listener, called synchronously for each event: it must be quick and not block.
   * @returns a function that removes it again
   */
  subscribe(listener: PolicyListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Tells all listeners. A listener that throws is logged: no call to a dependency may fail because somebody watches. */
  publish(event: PolicyEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        this.logger.error({ msg: 'A listener of policy events failed', err: error, event_type: event.type });
      }
    }
  }
}
