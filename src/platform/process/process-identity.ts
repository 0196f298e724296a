import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import process from 'node:process';
import { systemErrorCode } from './system-error.js';

/** Tells one process from another, also when its number is used again. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Start time in clock ticks since boot (proc(5), field 22 of `stat`); `unknown` where there is no `/proc`. */
  readonly startedAt: string;
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return {
    host: hostname().replaceAll(/[^A-Za-z0-9-]/g, '_'),
    pid: process.pid,
    startedAt: (await startTime(process.pid)) ?? 'unknown',
  };
}

/** Whether a process of this machine still runs. */
export async function isRunning({ pid, startedAt }: ProcessIdentity): Promise<boolean> {
  if (startedAt !== 'unknown') return (await startTime(pid)) === startedAt;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, under another user.
    return systemErrorCode(error) === 'EPERM';
  }
}

async function startTime(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command, may contain blanks and parentheses; everything after its last ")" is regular.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    // No such process, or no /proc on this system: both are "unknown".
    return null;
  }
}
