import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { DataSource, type EntitySchema } from 'typeorm';
import { testConfig } from '../../src/config/testing.js';
import { dataSourceOptions } from '../../src/platform/database/data-source-options.js';
import { migrate } from '../../src/platform/database/migrations.js';
import { QueryLog } from '../../src/platform/database/query-log.js';

export interface TestDatabase {
  readonly url: string;
  /** Connected with the product's own options. */
  readonly dataSource: DataSource;
  /** Disconnects and drops the database, whoever is still connected. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Entities the test works with. */
  readonly entities?: readonly (Function | EntitySchema)[];
  /** False for a database without any table. Default true. */
  readonly migrated?: boolean;
  /** URL of the server's administrative database; by default that of the server that all suites share. */
  readonly server?: string;
}

const SILENT = { log: () => undefined, warn: () => undefined, debug: () => undefined };

const TEMPLATE = 'oriel_template';

/** Any number of workers may ask for the template at once; one makes it. */
const TEMPLATE_LOCK = 4_711;

/** A fresh, migrated database of its own on the PostgreSQL that the global setup started. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { entities = [], migrated = true, server = testServerUrl() } = options;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  if (migrated) await ensureTemplate(server);
  await withClient(server, async (client) => {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${migrated ? TEMPLATE : 'template1'}`);
  });
  const url = databaseUrl(server, name);
  const config = testConfig({ database: { url } });
  const log = new QueryLog(SILENT, { metric: () => undefined });
  const dataSource = new DataSource({ ...dataSourceOptions(url, config, log), entities: [...entities] });
  await dataSource.initialize();
  return {
    url,
    dataSource,
    async close() {
      if (dataSource.isInitialized) await dataSource.destroy();
      await withClient(server, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      });
    },
  };
}

/** URL of the server's administrative database. */
export function testServerUrl(): string {
  const url = process.env['TEST_DATABASE_SERVER_URL'];
  if (url === undefined)
    throw new Error('No test server: run this suite through the project that has the global setup');
  return url;
}

async function ensureTemplate(server: string): Promise<void> {
  await withClient(server, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [
      TEMPLATE,
    ]);
    if (rowCount === 1) return;
    await client.query(`DROP DATABASE IF EXISTS ${TEMPLATE} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${TEMPLATE}`);
    await migrate(databaseUrl(server, TEMPLATE), 'template', { log: () => undefined });
    await client.query(`ALTER DATABASE ${TEMPLATE} IS_TEMPLATE true`);
  });
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
