/** The dependencies that have a policy. A new one is one entry in {@link DEFAULT_RESILIENCE}. */
export const SERVICE_NAMES = ['stripe', 'gcs', 'sendgrid', 'rendering'] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

/** The numbers of one service's policy. */
export interface PolicySettings {
  /** Consecutive failures that open the circuit. */
  readonly failureThreshold: number;
  /** How long the circuit stays open before one probe is let through. */
  readonly recoveryTimeoutMs: number;
  /** Calls to the dependency at the most, the first one included. */
  readonly attempts: number;
  /** Time limit of one attempt; an operation may ask for a longer one. */
  readonly timeoutMs: number;
  /** Calls that may run at once. */
  readonly bulkhead: number;
  /** Calls that may wait for a place in the bulkhead. */
  readonly queue: number;
  /** A call slower than this counts as slow; null switches the slow-call rate off. */
  readonly slowCallMs: number | null;
  /** Share of slow calls (0–1) among the last calls that opens the circuit. */
  readonly slowCallRate: number;
}

export type ResilienceSettings = Readonly<Record<ServiceName, PolicySettings>>;

const SEED = { failureThreshold: 5, recoveryTimeoutMs: 60_000, slowCallMs: null, slowCallRate: 0.5 } as const;

/** Defaults of each policy. A render's attempts are made by the job queue; its time limit is the least one, for short tracks. */
export const DEFAULT_RESILIENCE: ResilienceSettings = {
  stripe: { ...SEED, timeoutMs: 10_000, attempts: 3, bulkhead: 20, queue: 50 },
  gcs: { ...SEED, timeoutMs: 10_000, attempts: 3, bulkhead: 10, queue: 100 },
  sendgrid: { ...SEED, timeoutMs: 10_000, attempts: 3, bulkhead: 10, queue: 100 },
  rendering: { ...SEED, timeoutMs: 120_000, attempts: 3, bulkhead: 1, queue: 100 },
};

/** Setting → suffix of its variable, as in `RESILIENCE_STRIPE_FAILURE_THRESHOLD`. */
export const POLICY_VARIABLES = {
  failureThreshold: 'FAILURE_THRESHOLD',
  recoveryTimeoutMs: 'RECOVERY_TIMEOUT_MS',
  attempts: 'ATTEMPTS',
  timeoutMs: 'TIMEOUT_MS',
  bulkhead: 'BULKHEAD',
  queue: 'QUEUE',
  slowCallMs: 'SLOW_CALL_MS',
} as const satisfies Partial<Record<keyof PolicySettings, string>>;
