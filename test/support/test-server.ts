import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { EmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.js';

/** Variable through which the workers of Jest learn of the server. */
const TEST_SERVER_URL = 'TEST_DATABASE_SERVER_URL';

/**
 * Waits for the end of its input, which is our end, however we die; then stops the server and removes its directory.
 */
const GUARD = `cat >/dev/null
pid=$(head -n 1 "$1/postgres/postmaster.pid" 2>/dev/null) && kill -INT "$pid"
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
rm -rf "$1"`;

interface TestServer {
  readonly server: EmbeddedPostgres;
  readonly guard: ChildProcessByStdio<Writable, null, null>;
}

let running: TestServer | undefined;

/** Starts one PostgreSQL for all suites of this run, in a directory of its own. */
export async function startTestServer(): Promise<void> {
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
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  running = { server, guard };
  process.env[TEST_SERVER_URL] = server.url;
}

export async function stopTestServer(): Promise<void> {
  if (running === undefined) return;
  const { server, guard } = running;
  running = undefined;
  await server.close();
  guard.stdin.end();
  await once(guard, 'exit');
}
