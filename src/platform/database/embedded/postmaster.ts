import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The server on a data directory, as its lock file and the process table tell. */
export type Postmaster =
  | { readonly state: 'absent' }
  /** A lock file is left whose process id now belongs to someone else. */
  | { readonly state: 'stale' }
  | { readonly state: 'starting' | 'stopping' | 'ready'; readonly pid: number; readonly port: number };

/** Path of the lock file. Lines: pid, data directory, start time, port, socket directory, address, memory key, status. */
export function lockFile(dataDir: string): string {
  return join(dataDir, 'postmaster.pid');
}

/** Looks who runs on the data directory, without connecting (as `pg_ctl status` does). */
export async function findPostmaster(dataDir: string): Promise<Postmaster> {
  const text = await readFile(lockFile(dataDir), 'utf8').catch(() => null);
  if (text === null) return { state: 'absent' };
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Math.abs(Number(lines[0]));
  // Just created, or cut off by a full disk: nobody's yet; a starting server refuses to run beside a living owner anyway.
  if (!Number.isInteger(pid) || pid === 0) return { state: 'absent' };
  if (!isAlive(pid)) return { state: 'absent' };
  if (!(await runsOn(pid, dataDir))) return { state: 'stale' };
  const status = lines[7];
  const state = status === 'ready' ? 'ready' : status === 'stopping' ? 'stopping' : 'starting';
  return { state, pid, port: Number(lines[3]) };
}

/** Whether a process has this id; one of another user counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether the process was started on this data directory: ids are used again, so that a bare one proves nothing. */
async function runsOn(pid: number, dataDir: string): Promise<boolean> {
  try {
    if (process.platform === 'linux') {
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').includes(dataDir);
    }
    const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]);
    return stdout.includes(` -D ${dataDir} `);
  } catch {
    // The process ended between two looks.
    return false;
  }
}
