import { setTimeout as delay } from 'node:timers/promises';

/**
 * Sends a signal to every process of a group; 0 only asks whether there is one.
 *
 * @param leaderPid - process id of the group's leader.
 * @returns whether the group still had a member.
 */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leaderPid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

const LOOK_INTERVAL_MS = 10;

/**
 * Kills every process of a group and waits until it has no member any more. One that the kernel cannot end yet, or that nobody buries,
 * is not waited for longer than `patienceMs`.
 *
 * @returns whether the group is gone.
 */
export async function killGroup(leaderPid: number, patienceMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + patienceMs;
  signalGroup(leaderPid, 'SIGKILL');
  while (signalGroup(leaderPid, 0)) {
    if (performance.now() > deadlineMs) return false;
    await delay(LOOK_INTERVAL_MS);
  }
  return true;
}
