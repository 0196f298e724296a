import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { PgBoss } from 'pg-boss';
import type { DataSource } from 'typeorm';

/** Beyond the age at which storage takes anything that nobody holds on to for left over. */
const DAYS = 8;

/** Has days pass for storage, while the product is stopped: everything in its register and on its disk is that much older. */
export async function letDaysPass(dataSource: DataSource, fallbackDir: string): Promise<void> {
  const columns = ['created_at', 'stored_at', 'local_since', 'removed_at', 'leased_until'];
  const older = columns.map((column) => `${column} = ${column} - interval '${DAYS} days'`);
  await dataSource.query(`UPDATE stored_objects SET ${older.join(', ')}`);
  const seconds = Date.now() / 1_000 - DAYS * 86_400;
  for (const entry of readdirSync(fallbackDir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), seconds, seconds);
  }
}

/** Has storage swept now and not at the next turn of the clock. */
export async function sweepStorage(databaseUrl: string): Promise<void> {
  const boss = new PgBoss({ connectionString: databaseUrl, supervise: false, schedule: false, migrate: false, max: 1 });
  // Nothing runs here but one statement, which rejects by itself.
  boss.on('error', () => undefined);
  await boss.start();
  try {
    await boss.send('storage-sweep', {});
  } finally {
    await boss.stop({ graceful: false });
  }
}
