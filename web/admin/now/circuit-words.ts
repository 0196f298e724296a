import type { CircuitBreakerResponse } from '../../generated/api.ts';
import { countdown } from '../format/time.ts';
import type { Tone } from '../ui/badge.tsx';

/** A circuit in words. */
export interface CircuitWords {
  readonly tone: Tone;
  readonly label: string;
  readonly detail: string;
}

type Circuit = Pick<
  CircuitBreakerResponse,
  'state' | 'failure_count' | 'last_failure_code' | 'next_attempt_at' | 'order'
>;

/** Says how a circuit stands and what happens next. @param now - milliseconds since the epoch */
export function circuitWords(circuit: Circuit, now: number): CircuitWords {
  switch (circuit.state) {
    case 'closed':
      return { tone: 'good', label: 'Closed', detail: failures(circuit) };
    case 'open':
      return { tone: 'bad', label: 'Open', detail: nextAttempt(circuit, now) };
    case 'half_open':
      return { tone: 'warn', label: 'Half-open', detail: 'A probe decides whether it closes.' };
    case 'isolated':
      return { tone: 'bad', label: 'Forced open', detail: standing(circuit, 'No call is let through', now) };
    case 'disabled':
      return { tone: 'warn', label: 'Disabled', detail: standing(circuit, 'Every call is let through', now) };
  }
}

function failures({ failure_count: count, last_failure_code: code }: Circuit): string {
  if (count === 0) return 'Calls get through.';
  return `${count} ${count === 1 ? 'failure' : 'failures'} in a row${code === null ? '' : `, the last ${code}`}.`;
}

function nextAttempt({ next_attempt_at: at }: Circuit, now: number): string {
  const left = at === null ? null : countdown(at, now);
  return left === null ? 'The next call is a probe.' : `Next attempt in ${left}`;
}

function standing({ order }: Circuit, effect: string, now: number): string {
  const left = order?.expires_at == null ? null : countdown(order.expires_at, now);
  return left === null ? `${effect}.` : `${effect} for ${left}.`;
}
