import type { PolicyEvent } from '../../platform/resilience/index.js';
import type { CircuitEvent } from './entities/circuit-event.entity.js';

/** What of a circuit's event does not depend on where and when it happened. */
export type CircuitChange = Omit<CircuitEvent, 'id' | 'occurredAt' | 'instance'>;

const NOTHING_ELSE = { cause: null, code: null, reason: null, openForMs: null, expiresAt: null } as const;

/** The change of a circuit that an event of a policy reports; null for one that is about a single call. */
export function circuitChange(event: PolicyEvent): CircuitChange | null {
  switch (event.type) {
    case 'break': {
      const { service, cause, code, openForMs } = event;
      return { ...NOTHING_ELSE, type: 'opened', service, cause, code, openForMs: Math.round(openForMs) };
    }
    case 'half_open':
      return { ...NOTHING_ELSE, type: 'half_open', service: event.service };
    case 'reset':
      return { ...NOTHING_ELSE, type: 'closed', service: event.service, cause: event.by };
    case 'override': {
      const { service, mode, reason, expiresAt } = event;
      const type = mode === 'isolated' ? 'forced_open' : 'disabled';
      return { ...NOTHING_ELSE, type, service, cause: 'operator', reason, expiresAt };
    }
    case 'override_ended':
      return { ...NOTHING_ELSE, type: 'order_ended', service: event.service, cause: event.by };
    case 'attempt':
    case 'retry':
    case 'retry_denied':
    case 'reject':
    case 'fallback':
    case 'late_end':
    case 'duration':
      return null;
  }
}
