import 'reflect-metadata';
import { parseArgs } from 'node:util';
import type { PolicySettings } from '../../src/config/index.js';

type Errors = typeof import('../../src/platform/errors/index.js');
type Policies = typeof import('../../src/platform/resilience/dependency-policy.js');
type Events = typeof import('../../src/platform/resilience/policy-events.js');
type Time = typeof import('../../src/platform/time/index.js');
type DependencyPolicy = InstanceType<Policies['DependencyPolicy']>;
type PolicyEvents = InstanceType<Events['PolicyEvents']>;

/** The build to measure; another one beside it can be named with `--dist`. */
const { values } = parseArgs({ options: { dist: { type: 'string', default: '../../dist/src' } } });
const load = async <T>(path: string): Promise<T> =>
  (await import(new URL(`${values.dist}/${path}.js`, import.meta.url).href)) as T;

const { ExternalServiceError, StripeError, isApiError } = await load<Errors>('platform/errors/index');
const { DependencyPolicy } = await load<Policies>('platform/resilience/dependency-policy');
const { PolicyEvents } = await load<Events>('platform/resilience/policy-events');
const { SystemClock } = await load<Time>('platform/time/index');

/** Those of Stripe. */
export const SETTINGS: PolicySettings = {
  failureThreshold: 5,
  recoveryTimeoutMs: 60_000,
  attempts: 3,
  timeoutMs: 10_000,
  bulkhead: 20,
  queue: 50,
  slowCallMs: null,
  slowCallRate: 0.5,
};

export function policyWith(
  settings: Partial<PolicySettings> = {},
  events: PolicyEvents = new PolicyEvents(console),
): DependencyPolicy {
  const ports = { events, clock: new SystemClock(), random: Math.random };
  return new DependencyPolicy('stripe', { ...SETTINGS, ...settings }, ports);
}

/** The dependency does not answer: retried and counted. */
export const unreachable = async (): Promise<never> => {
  throw new ExternalServiceError('STRIPE_CONNECTION_ERROR');
};

/** The dependency answers with a no: neither retried nor counted. */
export const declined = async (): Promise<never> => {
  throw new StripeError('STRIPE_CARD_ERROR');
};

/** Whether an error says that the dependency is in trouble. */
export const isTrouble = (error: unknown): boolean => isApiError(error) && error.retryable;

/** A policy whose circuit has just opened. */
export async function opened(settings: Partial<PolicySettings> = {}): Promise<DependencyPolicy> {
  const policy = policyWith(settings);
  while (policy.state === 'closed') await policy.execute('call', unreachable, { maxRetries: 0 }).catch(() => undefined);
  return policy;
}

export { PolicyEvents };
