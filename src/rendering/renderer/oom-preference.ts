import { writeFile } from 'node:fs/promises';

/** The whole scale of proc(5), `oom_score_adj`: "always prefer this one". */
const FIRST_TO_GO = '1000';

/**
 * Tells the kernel which process to end when memory runs out: this one and its children rather than the worker that waits for them, which
 * then sees a render that was killed, and tries again.
 */
export async function offerToTheOomKiller(): Promise<void> {
  try {
    await writeFile('/proc/self/oom_score_adj', FIRST_TO_GO);
  } catch {
    // No such thing on this system: the memory watch and the time limit remain.
  }
}
