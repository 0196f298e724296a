import pg from 'pg';

/** How many connections of other processes the server has. `processKey` is in the application name of all of ours. */
export async function countForeignClients(url: string, processKey: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, application_name: processKey, connectionTimeoutMillis: 2_000 });
  // Without a listener a socket that breaks between two calls would end the process; the query itself rejects as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND position($1 IN application_name) = 0`,
      [processKey],
    );
    return rows[0]?.count ?? 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}
