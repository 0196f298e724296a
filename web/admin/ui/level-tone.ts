import type { ErrorLevel } from '../../generated/api.ts';
import type { Tone } from './badge.tsx';

const TONES = { info: 'calm', warn: 'warn', error: 'bad', fatal: 'bad' } as const satisfies Record<ErrorLevel, Tone>;

/** The colour of a level. */
export function levelTone(level: ErrorLevel): Tone {
  return TONES[level];
}
