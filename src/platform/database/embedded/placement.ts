import { createHash, randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '@nestjs/common';
import { canRun, copyBinaries, locateBinaries, type NativeBinaries } from './native-binaries.js';
import { canEnter, type ServerUser, serverUser } from './server-user.js';

/** Who runs which server on which data. */
export interface Placement {
  readonly user: ServerUser;
  readonly binaries: NativeBinaries;
  readonly dataDir: string;
  /** The server's own log, in a directory of ours. */
  readonly logFile: string;
}

/** Where root's server lives when its user cannot enter the folder of the product. */
const SYSTEM_DIR = '/var/lib/oriel-signal-fx';

/**
 * Decides where data and binaries lie: where they belong, unless we are root and the user the server must run as cannot
 * reach them (a folder above is closed to others). Then below `/var/lib`; a note beside the wanted place remembers where,
 * so that moving the folder or opening it later does not lose the data.
 * @param wantedDir - absolute path of the data directory as configured
 */
export async function place(wantedDir: string, logger: Pick<Logger, 'log'>): Promise<Placement> {
  const stateDir = dirname(wantedDir);
  await mkdir(stateDir, { recursive: true });
  const user = await serverUser();
  const packaged = locateBinaries();
  const logFile = join(stateDir, 'postgres.log');
  if (user.name === null) return { user, binaries: packaged, dataDir: wantedDir, logFile };
  const [binaries, dataDir] = await Promise.all([
    reachableBinaries(packaged, user),
    reachableDataDir(wantedDir, stateDir, user),
  ]);
  if (binaries !== packaged || dataDir !== wantedDir) {
    logger.log({
      msg: `The embedded PostgreSQL runs as ${user.name}, who cannot enter this folder: its data lie in ${dataDir}, its binaries in ${binaries.dir}`,
    });
  }
  return { user, binaries, dataDir, logFile };
}

async function reachableBinaries(packaged: NativeBinaries, user: ServerUser): Promise<NativeBinaries> {
  if (await canRun(packaged, user)) return packaged;
  await openDirectory(SYSTEM_DIR);
  return await copyBinaries(packaged, SYSTEM_DIR);
}

async function reachableDataDir(wantedDir: string, stateDir: string, user: ServerUser): Promise<string> {
  const note = `${wantedDir}.location`;
  const noted = await readFile(note, 'utf8').catch(() => null);
  if (noted !== null) {
    await openDirectory(dirname(noted.trim()));
    return noted.trim();
  }
  if (await canEnter(stateDir, user)) return wantedDir;
  if (await exists(join(wantedDir, 'PG_VERSION'))) {
    throw new Error(
      `The database in ${wantedDir} belongs to ${user.name}, who cannot enter ${stateDir} any more; open the folders above it`,
    );
  }
  // The digest tells an operator whose it is; the random part keeps a new start apart from a state that was deleted.
  const digest = createHash('sha256').update(stateDir).digest('hex').slice(0, 12);
  const home = join(SYSTEM_DIR, `${digest}-${randomBytes(4).toString('hex')}`);
  await openDirectory(SYSTEM_DIR);
  await openDirectory(home);
  return await publishNote(note, join(home, 'postgres'));
}

/** Of several processes that start at once the first to write the note decides. */
async function publishNote(note: string, dataDir: string): Promise<string> {
  const draft = `${note}.${process.pid}`;
  await writeFile(draft, dataDir);
  try {
    await link(draft, note);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return (await readFile(note, 'utf8')).trim();
}

async function openDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  // Whatever the umask says: the server's user must get in.
  await chmod(path, 0o755);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
