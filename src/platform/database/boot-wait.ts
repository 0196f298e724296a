import type { Logger } from '@nestjs/common';
import pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { isConnectionLoss } from './sql-state.js';

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 5_000;

/** Not loss of a connection, yet gone in a moment: too many connections (53300) and a server in recovery (57P03). */
const PASSING_STATES: ReadonlySet<string> = new Set(['53300', '57P03']);

interface BootWait {
  readonly url: string;
  readonly applicationName: string;
  /** How long to go on trying, in ms. */
  readonly waitMs: number;
  readonly connectTimeoutMs: number;
}

/**
 * Resolves when the database takes connections. Tries with doubling pauses while it is unreachable or starting; what waiting
 * does not heal (wrong password, no such database) rejects at once.
 * @throws the last error of node-postgres.
 */
export async function waitForDatabase(
  { url, applicationName, waitMs, connectTimeoutMs }: BootWait,
  logger: Pick<Logger, 'warn'>,
): Promise<void> {
  const deadlineMs = performance.now() + waitMs;
  for (let pauseMs = FIRST_DELAY_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_DELAY_MS)) {
    try {
      await tryToConnect(url, applicationName, connectTimeoutMs);
      return;
    } catch (error) {
      if (!isPassing(error) || performance.now() + pauseMs > deadlineMs) throw error;
      logger.warn({ msg: 'The database is not there yet; trying again', err: error, retry_in_ms: pauseMs });
    }
    await delay(pauseMs);
  }
}

async function tryToConnect(url: string, applicationName: string, connectTimeoutMs: number): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
  });
  // Without a listener a socket that breaks between two calls would end the process; the call itself rejects as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } finally {
    await client.end().catch(() => undefined);
  }
}

function isPassing(error: unknown): boolean {
  if (isConnectionLoss(error)) return true;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code === 'string') return PASSING_STATES.has(code);
  // node-postgres reports its connect time-out without a code.
  return error instanceof Error && error.message.includes('timeout');
}
