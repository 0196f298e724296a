import { ConfigurationError, loadConfig } from './config/load-config.js';
import { ServerStart } from './platform/database/server-start.js';
import { ProcessLifecycle } from './process-lifecycle.js';

/**
 * Boots the product and hands it to the signals; a configuration that cannot run ends with one message and status 1.
 * Only what is needed to start the database is imported above: it starts while the rest is loaded, which takes as long.
 */
async function main(): Promise<void> {
  const lifecycle = new ProcessLifecycle();
  try {
    const config = await loadConfig();
    lifecycle.limitShutdown(config.http.shutdownGraceMs + config.rendering.shutdownGraceMs);
    const databaseServer = new ServerStart(config);
    // Loading keeps this thread busy: nothing would be started meanwhile.
    await databaseServer.underway;
    const { startApplication } = await import('./start-application.js');
    await startApplication(config, databaseServer, lifecycle);
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigurationError ? error.message : describeFailure(error)}\n`);
    await lifecycle.shutdown(1);
  }
}

function describeFailure(error: unknown): string {
  return `The product could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

await main();
