import type { FaultInForce, FaultKind } from '../../generated/api.ts';
import { span } from '../format/time.ts';

/** A way in which a dependency can fail, for a person to choose. */
export interface KindWords {
  readonly label: string;
  /** What happens to a call. */
  readonly effect: string;
}

export const FAULT_KINDS = {
  status: { label: 'Error status', effect: 'Answered with a status; no work is done.' },
  refuse: { label: 'Refused', effect: 'The connection is closed before the request is read.' },
  reset: { label: 'Reset', effect: 'The connection is reset once the request was read; no work is done.' },
  hang: { label: 'Hanging', effect: 'The request is read and never answered; no work is done.' },
  slow: { label: 'Slow', effect: 'The work is done, and the answer comes late.' },
  rate_limit: { label: 'Rate limit', effect: 'Answered 429; no work is done.' },
  malformed: { label: 'Broken JSON', effect: 'The work is done, and the answer cannot be read.' },
  truncate: { label: 'Cut short', effect: 'The work is done, and the answer breaks off in its middle.' },
  lost_answer: { label: 'Lost answer', effect: 'The work is done, and the connection is closed instead of an answer.' },
  auth: { label: 'Wrong credentials', effect: 'Answered as if the credentials were wrong; no work is done.' },
} as const satisfies Record<FaultKind, KindWords>;

/** Says what a fault does to how many calls, and what is left of it. */
export function faultWords(fault: FaultInForce): string {
  const { rate, remaining_times: times, remaining_ms: ms } = fault;
  const share = rate === 1 ? 'every call' : `${Number((rate * 100).toPrecision(3))} % of the calls`;
  const left = [
    ...(times === null ? [] : [`${times} ${times === 1 ? 'call' : 'calls'} left`]),
    ...(ms === null ? [] : [`${span(ms)} left`]),
  ];
  return [`${FAULT_KINDS[fault.kind].label}${numbersOf(fault)}, ${share}`, ...left].join(' · ');
}

function numbersOf({ kind, status, latency_ms: latency, retry_after: retryAfter }: FaultInForce): string {
  const wait = retryAfter === null ? '' : `, asks for ${retryAfter} s`;
  if (kind === 'slow') return ` by ${latency} ms`;
  if (kind === 'rate_limit') return wait;
  return kind === 'status' ? ` ${status}${wait}` : '';
}
