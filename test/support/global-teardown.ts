/** Stops the PostgreSQL of the suites. The resolution hook of the setup is still in place. */
export default async function globalTeardown(): Promise<void> {
  const { stopTestServer } = await import('./test-server.js');
  await stopTestServer();
}
