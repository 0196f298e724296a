import type { ErrorGroupState } from '../../generated/api.ts';
import type { Tone } from '../ui/badge.tsx';

export const GROUP_STATES = [
  'unresolved',
  'regressed',
  'resolved',
  'ignored',
] as const satisfies readonly ErrorGroupState[];

const TONES = {
  unresolved: 'warn',
  regressed: 'bad',
  resolved: 'good',
  ignored: 'calm',
} as const satisfies Record<ErrorGroupState, Tone>;

/** The colour of a group's state. */
export function stateTone(state: ErrorGroupState): Tone {
  return TONES[state];
}
