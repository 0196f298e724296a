import { type Logger } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/index.js';
import { SnakeNamingStrategy } from './snake-naming-strategy.js';

/** Key of the advisory lock under which one process at a time migrates: "oriel" in ASCII, a number of our own. */
const MIGRATION_LOCK = 0x6f7269656c;

const TABLE = 'schema_migrations';

/** The database has answered a moment ago; one that takes no connection now (ms) is to end the boot, not to hang it. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Brings the schema up to date. Any number of processes may do so at once: they queue on an advisory lock, and those that
 * come later find nothing to do. Each migration is one transaction, without the time limit of ordinary statements.
 * @returns names of the migrations that were run.
 */
export async function migrate(
  url: string,
  applicationName: string,
  logger: Pick<Logger, 'log'>,
): Promise<readonly string[]> {
  const lock = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // The lock dies with its connection; the migration then fails on its own connection too, and says so.
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    if (await isCurrent(lock)) return [];
    const names = await runPending(url, applicationName);
    for (const name of names) logger.log({ msg: 'Migrated the database', migration: name });
    return names;
  } finally {
    await lock.end();
  }
}

/** Spares an up-to-date boot the second connection. */
async function isCurrent(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ present: boolean }>(`SELECT to_regclass($1) IS NOT NULL AS present`, [TABLE]);
  if (rows[0]?.present !== true) return false;
  const { rows: done } = await client.query<{ name: string }>(`SELECT name FROM ${TABLE}`);
  const names = new Set(done.map(({ name }) => name));
  return MIGRATIONS.every((migration) => names.has(migration.name));
}

async function runPending(url: string, applicationName: string): Promise<readonly string[]> {
  const source = new DataSource({
    type: 'postgres',
    url,
    applicationName,
    poolSize: 2,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    installExtensions: false,
    namingStrategy: new SnakeNamingStrategy(),
    migrationsTableName: TABLE,
    migrations: [...MIGRATIONS],
    migrationsTransactionMode: 'each',
    // What fails is thrown and reported once, by the boot.
    logging: false,
  });
  await source.initialize();
  try {
    return (await source.runMigrations()).map(({ name }) => name);
  } finally {
    await source.destroy();
  }
}
