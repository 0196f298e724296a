import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSource, getMetadataArgsStorage } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/index.js';
import { SnakeNamingStrategy } from '../../../src/platform/database/snake-naming-strategy.js';
import { migrate } from '../../../src/platform/database/migrations.js';
import { createTestDatabase } from '../../support/database.js';

const SILENT = { log: () => undefined };

describe('The migrations', () => {
  it('make exactly the schema that the entities describe', async () => {
    const entities = await allEntities();
    expect(entities.length).toBeGreaterThan(5);
    const database = await createTestDatabase({ entities });
    try {
      const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
      // The comparison does see differences.
      await database.dataSource.query('ALTER TABLE users DROP COLUMN disabled_at');
      const { upQueries: repairs } = await database.dataSource.driver.createSchemaBuilder().log();
      expect(repairs.map(({ query }) => query)).toEqual([expect.stringContaining('disabled_at')]);
    } finally {
      await database.close();
    }
  });

  it('are reversible: all the way down and up again', async () => {
    const database = await createTestDatabase();
    const source = new DataSource({
      type: 'postgres',
      url: database.url,
      namingStrategy: new SnakeNamingStrategy(),
      migrationsTableName: 'schema_migrations',
      migrations: [...MIGRATIONS],
      installExtensions: false,
    });
    await source.initialize();
    try {
      const before = await columns(source);
      for (const _ of MIGRATIONS) await source.undoLastMigration();
      expect(await columns(source)).toEqual([]);
      await source.runMigrations();
      expect(await columns(source)).toEqual(before);
    } finally {
      await source.destroy();
      await database.close();
    }
  });

  it('run once when many processes boot at the same moment', async () => {
    const database = await createTestDatabase({ migrated: false });
    try {
      const runs = await Promise.all(
        Array.from({ length: 6 }, async () => await migrate(database.url, 'boot', SILENT)),
      );
      expect(runs.map((names) => names.length).toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, MIGRATIONS.length]);
    } finally {
      await database.close();
    }
  });

  it('are in the order of their time stamps, each name once', () => {
    const stamps = MIGRATIONS.map(({ name }) => Number(/\d{13}$/.exec(name)?.[0]));
    expect(stamps).toEqual([...new Set(stamps)].toSorted((a, b) => a - b));
  });
});

/** Every class that an `*.entity.ts` of the product declares. */
async function allEntities(): Promise<Function[]> {
  const root = join(import.meta.dirname, '../../../src');
  const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith('.entity.ts'));
  for (const file of files) await import(join(root, file.replace(/\.ts$/, '')));
  return getMetadataArgsStorage()
    .tables.map(({ target }) => target)
    .filter((target) => typeof target === 'function');
}

async function columns(source: DataSource): Promise<unknown> {
  return await source.query(
    `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name <> 'schema_migrations' ORDER BY table_name, column_name`,
  );
}
