import pg from 'pg';
import { isConnectionLoss } from '../sql-state.js';

/** Name of the connections that only count; whoever has nothing but this is leaving too. */
const COUNTING = 'oriel leaving';

/**
 * How many connections of other processes the server has. `processKey` is in the application name of all of ours.
 * @returns 0 also when the server goes away under the question: then somebody else is stopping it.
 */
export async function countForeignClients(url: string, processKey: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, application_name: COUNTING, connectionTimeoutMillis: 2_000 });
  // Without a listener a socket that breaks between two calls would end the process; the query itself rejects as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND position($1 IN application_name) = 0 AND application_name <> $2`,
      [processKey, COUNTING],
    );
    return rows[0]?.count ?? 0;
  } catch (error) {
    if (isConnectionLoss(error)) return 0;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
