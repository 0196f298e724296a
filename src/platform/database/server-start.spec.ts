import { fileURLToPath } from 'node:url';
import { testConfig } from '../../config/testing.js';
import { ServerStart } from './server-start.js';

const SILENT = { log: () => undefined, warn: () => undefined };

function configOf(database: {
  readonly url: string | null;
  readonly embeddedDir: string;
}): ReturnType<typeof testConfig> {
  const config = testConfig();
  return { ...config, database: { ...config.database, ...database } };
}

describe('ServerStart', () => {
  it('has nothing to start where others run the server', async () => {
    const start = new ServerStart(configOf({ url: 'postgresql://db.example/oriel', embeddedDir: '/nowhere' }));
    await start.underway;
    await expect(start.take(SILENT)).resolves.toMatchObject({ url: 'postgresql://db.example/oriel' });
  });

  it('gives a start that failed to whoever takes it, however late', async () => {
    // No directory can be made below a file, by anybody.
    const file = fileURLToPath(import.meta.url);
    const start = new ServerStart(configOf({ url: null, embeddedDir: `${file}/var/postgres` }));
    await start.underway;
    await expect(start.take(SILENT)).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
