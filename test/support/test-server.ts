import { DatabaseServerUnderTest } from './database-server.js';

/** Variable through which the workers of Jest learn of the server. */
const TEST_SERVER_URL = 'TEST_DATABASE_SERVER_URL';

let running: DatabaseServerUnderTest | undefined;

/** Starts one PostgreSQL for all suites of this run. */
export async function startTestServer(): Promise<void> {
  running = await DatabaseServerUnderTest.start();
  process.env[TEST_SERVER_URL] = running.url;
}

export async function stopTestServer(): Promise<void> {
  await running?.close();
  running = undefined;
}
