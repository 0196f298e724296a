import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { eventually } from '../../support/eventually.js';
import { EmbeddedPostgres } from '../../../src/platform/database/embedded/embedded-postgres.js';

const LOGGER = { log: () => undefined, warn: () => undefined };

describe('EmbeddedPostgres', () => {
  let stateDir: string;
  const servers: EmbeddedPostgres[] = [];

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'oriel-embedded-'));
    await chmod(stateDir, 0o755);
  });

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  async function start(processKey: string, dataDir = join(stateDir, 'postgres')): Promise<EmbeddedPostgres> {
    const server = await EmbeddedPostgres.start({ dataDir, password: 'p%/w: ord', processKey, logger: LOGGER });
    servers.push(server);
    return server;
  }

  async function query(server: EmbeddedPostgres, text: string, applicationName = 'test'): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: server.url, application_name: applicationName });
    await client.connect();
    try {
      const result = await client.query<Record<string, unknown>>(text);
      return result.rows;
    } finally {
      await client.end();
    }
  }

  it('starts with UTF-8, UTC, durable commits, on loopback only and with a password', async () => {
    const server = await start('#a');
    const rows = await query(
      server,
      `SELECT current_setting('server_encoding') AS encoding, current_setting('timezone') AS zone, lower('ÄÖÉ') AS lower,
              current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
              current_setting('listen_addresses') AS address`,
    );
    expect(rows).toEqual([
      { encoding: 'UTF8', zone: 'UTC', lower: 'äöé', fsync: 'on', commit: 'on', address: '127.0.0.1' },
    ]);
    const url = new URL(server.url);
    url.password = 'wrong';
    await expect(new pg.Client({ connectionString: url.href }).connect()).rejects.toMatchObject({ code: '28P01' });
    expect((await readdir(stateDir)).toSorted()).toEqual(['postgres', 'postgres.log']);
    expect((await stat(join(stateDir, 'postgres'))).mode & 0o777).toBe(0o700);
  });

  it('keeps the data over a restart', async () => {
    const first = await start('#a');
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.close();
    const second = await start('#a');
    expect(second.serverPid).not.toBe(first.serverPid);
    expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('is shared by processes that start at once, and stopped by the last to leave', async () => {
    const [first, second] = await Promise.all([start('#first'), start('#second')]);
    expect(second.serverPid).toBe(first.serverPid);
    const client = new pg.Client({ connectionString: second.url, application_name: 'pool #second' });
    await client.connect();
    await first.close();
    expect((await client.query('SELECT 1')).rowCount).toBe(1);
    await client.end();
    await second.close();
    await expect(query(second, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('comes back on the same port with the data when it is killed', async () => {
    const server = await start('#a');
    await query(server, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const killed = server.serverPid;
    process.kill(killed, 'SIGKILL');
    await eventually('the server answers again', async () => (await query(server, 'SELECT 1')).length === 1);
    expect(await query(server, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(server.serverPid).not.toBe(killed);
  });

  it('adopts a server that outlived its process', async () => {
    // It does nothing more here; closed in the end, since it watches the server and would start it again.
    const dead = await start('#dead');
    const next = await start('#next');
    expect({ pid: next.serverPid, url: next.url }).toEqual({ pid: dead.serverPid, url: dead.url });
  });

  it('starts over a lock file whose process id belongs to somebody else now', async () => {
    const dataDir = join(stateDir, 'postgres');
    await (await start('#a')).close();
    await writeFile(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n1\n1\n\n127.0.0.1\n\nready\n`);
    const server = await start('#a');
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('makes the data directory anew when the first start was cut off', async () => {
    const dataDir = join(stateDir, 'postgres');
    // What a killed initdb leaves, by a process id that no system gives out.
    await mkdir(`${dataDir}.init-4194305-abcd/base`, { recursive: true });
    // The same by a process whose id we have now, as happens in a container.
    await mkdir(`${dataDir}.init-${process.pid}-abcd/base`, { recursive: true });
    const server = await start('#a');
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await readdir(stateDir)).toSorted()).toEqual(['postgres', 'postgres.log']);
  });

  it('moves something that is no database out of the way instead of deleting it', async () => {
    const dataDir = join(stateDir, 'postgres');
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'precious.txt'), 'mine');
    await start('#a');
    const moved = (await readdir(stateDir)).find((name) => name.startsWith('postgres.unusable-'));
    expect(await readFile(join(stateDir, moved ?? 'missing', 'precious.txt'), 'utf8')).toBe('mine');
  });

  it('works for root in a folder that its server user cannot enter, and finds the data again', async () => {
    await chmod(stateDir, 0o700);
    const first = await start('#a');
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.close();
    const second = await start('#a');
    expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.close();
    const note = await readFile(join(stateDir, 'postgres.location'), 'utf8').catch(() => null);
    const isRoot = process.getuid?.() === 0;
    expect(note === null).toBe(!isRoot);
    if (note !== null) await rm(dirname(note), { recursive: true, force: true });
  });
});
