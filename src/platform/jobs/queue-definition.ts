/**
 * How many jobs of one `singletonKey` may exist. `queued`: one waiting, while one more may run (what is enqueued meanwhile
 * is not lost). `queued_or_active`: one waiting or running. `running`: any number waiting, one running.
 * A job without a key is bound by none of this.
 */
export type Uniqueness = 'queued' | 'queued_or_active' | 'running';

export interface QueueSettings {
  /** Letters, digits, `_`, `-`, `.`; also the name in logs and metrics. */
  readonly name: string;
  /** Tries after the first. Default 2. */
  readonly retryLimit?: number;
  readonly retryDelaySeconds?: number;
  /** Doubles the delay with each try, with jitter. Default true. */
  readonly retryBackoff?: boolean;
  /** Bounds the delay where it doubles. */
  readonly retryDelayMaxSeconds?: number;
  /** Without a sign of life for this long a running job is taken from its worker. At least 10, the default. */
  readonly heartbeatSeconds?: number;
  /** A running job is given up after this time, alive or not. Default 3600. */
  readonly expireSeconds?: number;
  /** How long a finished job's row is kept. Default one day. */
  readonly keepSeconds?: number;
  /** Default `queued`. Cannot be changed once the queue exists. */
  readonly uniqueness?: Uniqueness;
}

/** A queue and, as a type only, what its jobs carry. */
export interface QueueDefinition<Payload extends object> extends Required<Omit<QueueSettings, 'retryDelayMaxSeconds'>> {
  readonly retryDelayMaxSeconds: number | null;
  /** Where a job's payload goes when it failed for good. */
  readonly deadLetterName: string;
  /** Never present at run time: carries the payload's type. */
  readonly payloadType?: Payload;
}

/**
 * Declares a queue. The database learns of it when it is first used.
 * @throws RangeError when `heartbeatSeconds` is below 10, the least pg-boss takes.
 */
export function defineQueue<Payload extends object>(settings: QueueSettings): QueueDefinition<Payload> {
  const heartbeatSeconds = settings.heartbeatSeconds ?? 10;
  if (heartbeatSeconds < 10) throw new RangeError(`heartbeatSeconds of queue ${settings.name} must be at least 10`);
  return Object.freeze({
    name: settings.name,
    retryLimit: settings.retryLimit ?? 2,
    retryDelaySeconds: settings.retryDelaySeconds ?? 1,
    retryBackoff: settings.retryBackoff ?? true,
    retryDelayMaxSeconds: settings.retryDelayMaxSeconds ?? null,
    heartbeatSeconds,
    expireSeconds: settings.expireSeconds ?? 3_600,
    keepSeconds: settings.keepSeconds ?? 86_400,
    uniqueness: settings.uniqueness ?? 'queued',
    deadLetterName: `${settings.name}.dead`,
  });
}
