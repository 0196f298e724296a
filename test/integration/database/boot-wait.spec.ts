import { waitForDatabase } from '../../../src/platform/database/boot-wait.js';
import { testServerUrl } from '../../support/database.js';
import { DatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';

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
    const proxy = await DatabaseProxy.start(testServerUrl());
    await proxy.close();
    const waiting = wait(proxy.url);
    await eventually('it has tried in vain', () => warnings.length > 0);
    await proxy.open();
    await waiting;
    await proxy.close();
    expect(warnings.length).toBeGreaterThan(0);
  });

  it('gives up after its time with the last reason', async () => {
    const url = new URL(testServerUrl());
    url.port = '9';
    await expect(wait(url.href, 500)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('does not hang on a server that takes connections and says nothing', async () => {
    const proxy = await DatabaseProxy.start(testServerUrl());
    proxy.stall();
    const waiting = wait(proxy.url);
    await eventually('it has tried in vain', () => warnings.length > 0);
    proxy.forgetStalled();
    await waiting;
    await proxy.close();
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
