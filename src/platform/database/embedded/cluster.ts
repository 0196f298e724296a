import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Placement } from './placement.js';
import { isAlive } from './postmaster.js';

/** Superuser and only user of the embedded server. */
export const CLUSTER_USER = 'oriel';

/** The database `initdb` makes for general use. */
export const CLUSTER_DATABASE = 'postgres';

/** Names of the drafts this process is working on. */
const drafts = new Set<string>();

/**
 * Makes the data directory unless it is there. `initdb` works in a directory beside, which is renamed when it is whole: a
 * process killed half-way leaves only rubbish, which the next one removes, and of two at once one wins.
 */
export async function ensureCluster(placement: Placement, password: string): Promise<void> {
  const { dataDir } = placement;
  if (await exists(join(dataDir, 'PG_VERSION'))) return;
  await removeAbandoned(dataDir);
  const draft = `${dataDir}.init-${process.pid}-${randomBytes(4).toString('hex')}`;
  drafts.add(basename(draft));
  try {
    await initdb(placement, draft, password);
    await putInPlace(draft, dataDir);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(`${draft}.password`, { force: true });
    drafts.delete(basename(draft));
  }
}

async function initdb({ user, binaries }: Placement, draft: string, password: string): Promise<void> {
  const { uid, gid } = user.credentials;
  const passwordFile = `${draft}.password`;
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (uid !== undefined && gid !== undefined) {
    await chown(draft, uid, gid);
    await chown(passwordFile, uid, gid);
  }
  await chmod(draft, 0o700);
  await promisify(execFile)(
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

/** Removes drafts whose maker is gone. */
async function removeAbandoned(dataDir: string): Promise<void> {
  const parent = dirname(dataDir);
  const prefix = `${basename(dataDir)}.init-`;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const maker = Number(name.slice(prefix.length).split('-')[0]);
    // Our own id says nothing: in a container the process before us had the same one.
    const inUse = maker === process.pid ? drafts.has(name.replace(/\.password$/, '')) : isAlive(maker);
    if (inUse) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
