import { createHash } from 'node:crypto';
import type { AppConfig } from '../../config/index.js';

/**
 * Name of a connection in `pg_stat_activity`: what it is for and a key of this process, the same in all its pools. Whoever
 * opens a pool of their own uses it too, since shutdown tells our connections from other processes' by that key.
 */
export function applicationName(config: AppConfig, purpose: string): string {
  // PostgreSQL cuts names at 63 bytes, so the key comes as a digest and cannot be lost.
  return `oriel ${purpose}`.slice(0, 45) + processKey(config);
}

/** The part of {@link applicationName} that is the same for every connection of this process. */
export function processKey(config: AppConfig): string {
  return `#${createHash('sha256').update(`${config.instanceId} ${process.pid}`).digest('hex').slice(0, 12)}`;
}
