import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Placement } from './placement.js';
import { isAlive } from './postmaster.js';

/** Superuser and only user of the embedded server. */
export const CLUSTER_USER = 'oriel';

/** The database `initdb` makes for general use. */
export const CLUSTER_DATABASE = 'postgres';

const POLL_MS = 50;

/** Names of the drafts this process is working on. */
const drafts = new Set<string>();

/**
 * Makes the data directory unless it is there. `initdb` works in a directory beside, which is renamed when it is whole: a
 * process killed half-way leaves only rubbish, which the next one removes, and of two at once one wins.
 * @param onSpawn - called when `initdb` is at work, if it has to be
 */
export async function ensureCluster(placement: Placement, password: string, onSpawn?: () => void): Promise<void> {
  const { dataDir } = placement;
  // Another process may be at it; making a second one beside it would only take longer.
  for (;;) {
    const others = await otherDrafts(dataDir);
    if (await exists(join(dataDir, 'PG_VERSION'))) return;
    if (others === 0) break;
    await delay(POLL_MS);
  }
  const draft = `${dataDir}.init-${process.pid}-${randomBytes(4).toString('hex')}`;
  drafts.add(basename(draft));
  try {
    await initdb(placement, draft, password, onSpawn);
    await putInPlace(draft, dataDir);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(`${draft}.password`, { force: true });
    drafts.delete(basename(draft));
  }
}

async function initdb(
  { user, binaries }: Placement,
  draft: string,
  password: string,
  onSpawn?: () => void,
): Promise<void> {
  const { uid, gid } = user.credentials;
  const passwordFile = `${draft}.password`;
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (uid !== undefined && gid !== undefined) {
    await chown(draft, uid, gid);
    await chown(passwordFile, uid, gid);
  }
  await chmod(draft, 0o700);
  const made = promisify(execFile)(
    binaries.initdb,
    [
      `--pgdata=${draft}`,
      `--username=${CLUSTER_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // PostgreSQL's own C.UTF-8 instead of the C library's: the same on every machine, also where the latter has none.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
    { ...user.credentials, cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } },
  );
  onSpawn?.();
  await made;
}

async function putInPlace(draft: string, dataDir: string): Promise<void> {
  try {
    await rename(draft, dataDir);
  } catch (error) {
    if (await exists(join(dataDir, 'PG_VERSION'))) return;
    if (!(await exists(dataDir))) throw error;
    // Something that is no cluster is in the way. It may be someone's, so it is moved and not deleted.
    await rename(dataDir, `${dataDir}.unusable-${Date.now()}`);
    await rename(draft, dataDir);
  }
}

/** Removes the drafts whose maker is gone. @returns how many others' are still being made. */
async function otherDrafts(dataDir: string): Promise<number> {
  const parent = dirname(dataDir);
  const prefix = `${basename(dataDir)}.init-`;
  const names = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  let alive = 0;
  for (const name of names) {
    const maker = Number(name.slice(prefix.length).split('-')[0]);
    if (maker !== process.pid && isAlive(maker)) alive += 1;
    // Our own id says nothing: in a container the process before us had the same one.
    else if (!drafts.has(name.replace(/\.password$/, ''))) await removeAbandoned(join(parent, name));
  }
  return alive;
}

async function removeAbandoned(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    // An initdb that outlived its maker still writes there. Without its directory it gives up; the next start clears the rest.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
