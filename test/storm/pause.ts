import { setTimeout as delay } from 'node:timers/promises';

/** Waits, or until `signal` aborts. @returns whether to go on. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    // The end of the pause is what was asked for; anything else would be a surprise.
    if (!signal.aborted) throw error;
  }
  return !signal.aborted;
}
