/** SQLSTATEs after which the same transaction may succeed when it is run again as a whole (PostgreSQL manual, 13.5). */
const CONFLICT_STATES: ReadonlySet<string> = new Set(['40001', '40P01']);

/** Node's codes of a connection that could not be made or broke. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Whether a transaction lost against another one: serialization failure or deadlock. */
export function isTransactionConflict(error: unknown): boolean {
  return codesOf(error).some((code) => CONFLICT_STATES.has(code));
}

/** Texts by which node-postgres 8 reports a lost connection without a code. */
const LOSSES: ReadonlySet<string> = new Set([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Client has encountered a connection error and is not queryable',
]);

/** Text of pg-pool 3 for a connection that was given up before it was made. Its cause is the loss of the socket it closed. */
const NEVER_CONNECTED = 'Connection terminated due to connection timeout';

/**
 * Whether the connection, not the statement, failed: class 08, server shutdown or crash (57P01–57P03), a socket error, or
 * node-postgres's own sentences for it. A server that takes no connection in time is none: it has been waited for already.
 */
export function isConnectionLoss(error: unknown): boolean {
  const links = chain(error);
  if (links.some((link) => link instanceof Error && link.message === NEVER_CONNECTED)) return false;
  if (codesOf(error).some((code) => isConnectionState(code) || NETWORK_CODES.has(code))) return true;
  return links.some((link) => link instanceof Error && LOSSES.has(link.message));
}

function isConnectionState(code: string): boolean {
  return /^08[0-9A-Z]{3}$/.test(code) || /^57P0[1-3]$/.test(code);
}

/** Codes of the error and everything it was caused by: TypeORM, the translators and features all wrap. */
function codesOf(error: unknown): readonly string[] {
  return chain(error).flatMap((link) =>
    typeof link === 'object' && link !== null && 'code' in link && typeof link.code === 'string' ? [link.code] : [],
  );
}

function chain(error: unknown): readonly unknown[] {
  const links: unknown[] = [];
  const queue = [error];
  while (queue.length > 0 && links.length < 16) {
    const link = queue.shift();
    if (typeof link !== 'object' || link === null || links.includes(link)) continue;
    links.push(link);
    if ('cause' in link) queue.push(link.cause);
    if ('driverError' in link) queue.push(link.driverError);
  }
  return links;
}
