import { createServer, type Server } from 'node:net';
import { waitForDatabase } from '../../../src/platform/database/boot-wait.js';
import { testServerUrl } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { connect } from 'node:net';

describe('waitForDatabase', () => {
  let warnings: unknown[];
  const logger = {
    warn: (line: unknown) => {
      warnings.push(line);
    },
  };

  beforeEach(() => {
    warnings = [];
  });

  function wait(url: string, waitMs = 10_000): Promise<void> {
    return waitForDatabase({ url, applicationName: 'test', waitMs, connectTimeoutMs: 500 }, logger);
  }

  it('returns at once when the database is there', async () => {
    await wait(testServerUrl());
    expect(warnings).toEqual([]);
  });

  it('waits for a database that comes later', async () => {
    const url = new URL(testServerUrl());
    const { proxy, port } = await startProxy(Number(url.port));
    await stop(proxy);
    url.port = String(port);
    const waiting = wait(url.href);
    await eventually('it has tried in vain', () => warnings.length > 0);
    const again = await startProxy(Number(new URL(testServerUrl()).port), port);
    await waiting;
    await stop(again.proxy);
    expect(warnings.length).toBeGreaterThan(0);
  });

  it('gives up after its time with the last reason', async () => {
    const url = new URL(testServerUrl());
    url.port = '9';
    await expect(wait(url.href, 500)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('does not wait for what waiting cannot heal', async () => {
    const wrongPassword = new URL(testServerUrl());
    wrongPassword.password = 'wrong';
    await expect(wait(wrongPassword.href)).rejects.toMatchObject({ code: '28P01' });
    const noDatabase = new URL(testServerUrl());
    noDatabase.pathname = '/no_such_database';
    await expect(wait(noDatabase.href)).rejects.toMatchObject({ code: '3D000' });
    expect(warnings).toEqual([]);
  });
});

/** Stands in front of the server, so that it can be absent without stopping it. */
async function startProxy(target: number, port = 0): Promise<{ proxy: Server; port: number }> {
  const proxy = createServer((socket) => {
    const upstream = connect(target, '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => {
    proxy.listen(port, '127.0.0.1', resolve);
  });
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  return { proxy, port: address.port };
}

async function stop(server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
  });
}
