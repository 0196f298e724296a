/**
 * Sends a signal to every process of a group.
 *
 * @param leaderPid - process id of the group's leader.
 * @returns whether the group still had a member.
 */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-leaderPid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
