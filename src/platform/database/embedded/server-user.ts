import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** As whom the server runs. PostgreSQL refuses to run as root; everyone else runs it as themselves. */
export interface ServerUser {
  /** For `spawn`; empty for ourselves. */
  readonly credentials: { readonly uid?: number; readonly gid?: number };
  readonly name: string | null;
}

/** Ourselves, or for root: `postgres` if the machine has or takes such a user, else `nobody`. */
export async function serverUser(): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return { credentials: {}, name: null };
  const existing = await lookUp('postgres');
  if (existing !== null) return existing;
  await createSystemUser('postgres');
  const user = (await lookUp('postgres')) ?? (await lookUp('nobody'));
  if (user === null) {
    throw new Error('PostgreSQL does not run as root, and there is no user to run it as; set DATABASE_URL instead');
  }
  return user;
}

/** Whether `user` can enter the directory. */
export async function canEnter(directory: string, user: ServerUser): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], { ...user.credentials, cwd: '/' });
    return true;
  } catch {
    // `cd` failed: a folder on the way is closed to that user.
    return false;
  }
}

async function lookUp(name: string): Promise<ServerUser | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { name, credentials: { uid: Number(uid.stdout), gid: Number(gid.stdout) } };
  } catch {
    // `id` answers an unknown name with an error.
    return null;
  }
}

async function createSystemUser(name: string): Promise<void> {
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name]);
  } catch {
    // No such tool, a read-only system, or another process made the user just now: the look-up that follows tells.
  }
}
