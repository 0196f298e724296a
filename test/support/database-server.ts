import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { EmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.js';

/**
 * Waits for the end of its input, which is our end, however we die; then stops the server and removes its directory.
 */
const GUARD = `cat >/dev/null
pid=$(head -n 1 "$1/postgres/postmaster.pid" 2>/dev/null) && kill -INT "$pid"
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
rm -rf "$1"`;

/**
 * A PostgreSQL of the tests' own, in a directory of its own. Stopped or killed it comes back by itself within a second or two, on
 * the same port; it ends with us, however we do.
 */
export class DatabaseServerUnderTest {
  private readonly server: EmbeddedPostgres;
  private readonly guard: ChildProcessByStdio<Writable, null, null>;

  private constructor(server: EmbeddedPostgres, guard: ChildProcessByStdio<Writable, null, null>) {
    this.server = server;
    this.guard = guard;
  }

  /** @param settings - of PostgreSQL, over those for tests */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<DatabaseServerUnderTest> {
    const directory = await mkdtemp(join(tmpdir(), 'oriel-test-postgres-'));
    // mkdtemp makes it 0700, which the user the server runs as could not enter when we are root.
    await chmod(directory, 0o755);
    const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', directory], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    const server = await EmbeddedPostgres.start({
      dataDir: join(directory, 'postgres'),
      password: 'test-password',
      processKey: '#test-setup',
      logger: { log: () => undefined, warn: () => undefined },
      // A crash of the machine loses only tests. Several applications run side by side on it.
      settings: {
        fsync: 'off',
        synchronous_commit: 'off',
        full_page_writes: 'off',
        max_connections: '300',
        ...settings,
      },
    });
    return new DatabaseServerUnderTest(server, guard);
  }

  get url(): string {
    return this.server.url;
  }

  /** PostgreSQL's fast shutdown: clients are told and disconnected, everything is written. */
  shutDown(): void {
    process.kill(this.server.serverPid, 'SIGINT');
  }

  /** Nobody is told, nothing is written; the next start recovers from the log. */
  kill(): void {
    process.kill(this.server.serverPid, 'SIGKILL');
  }

  async close(): Promise<void> {
    await this.server.close();
    this.guard.stdin.end();
    await once(this.guard, 'exit');
  }
}
