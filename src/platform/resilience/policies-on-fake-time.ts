import { jest } from '@jest/globals';
import type { PolicySettings } from '../../config/index.js';
import { type ApiError, ExternalServiceError, StripeError } from '../errors/index.js';
import { SystemClock } from '../time/clock.js';
import { DependencyPolicy } from './dependency-policy.js';
import { type PolicyEvent, PolicyEvents, type PolicyListener } from './policy-events.js';
import type { AttemptContext, ExecuteOptions } from './service-policy.js';

/** Of the policies that {@link policiesOnFakeTime} makes, where a test says nothing else. */
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

export const down = (): ExternalServiceError => new ExternalServiceError('STRIPE_CONNECTION_ERROR');
export const declined = (): StripeError => new StripeError('STRIPE_CARD_ERROR');
export const failing = async (): Promise<never> => {
  throw down();
};
export const working = async (): Promise<string> => 'done';

export interface Outcome {
  readonly value?: unknown;
  readonly error?: ApiError;
  readonly afterMs: number;
}

interface Policies {
  readonly policyWith: (settings?: Partial<PolicySettings>) => DependencyPolicy;
  /** What the policies of this test have told so far: of these types, or all of it. */
  readonly eventsOf: (...types: PolicyEvent['type'][]) => readonly PolicyEvent[];
  readonly subscribe: (listener: PolicyListener) => void;
  /** Told what goes to the log as an error. */
  readonly loggedError: jest.Mock;
}

/** Policies for the tests of a `describe` block, each on fake time; a test that leaves a timer over fails. */
export function policiesOnFakeTime(): Policies {
  let events: PolicyEvents;
  let published: PolicyEvent[];
  const loggedError = jest.fn();

  beforeEach(() => {
    jest.useFakeTimers();
    loggedError.mockClear();
    events = new PolicyEvents({ error: loggedError });
    published = [];
    events.subscribe((event) => published.push(event));
  });

  afterEach(() => {
    const leftOver = jest.getTimerCount();
    jest.useRealTimers();
    if (leftOver > 0) throw new Error(`${leftOver} timers are left over`);
  });

  return {
    policyWith: (settings = {}) =>
      new DependencyPolicy(
        'stripe',
        { ...SETTINGS, ...settings },
        { events, clock: new SystemClock(), random: () => 0.5 },
      ),
    eventsOf: (...types) => published.filter(({ type }) => types.length === 0 || types.includes(type)),
    subscribe: (listener) => {
      events.subscribe(listener);
    },
    loggedError,
  };
}

/** Starts a call and notes how and when it ends. */
export async function outcomeOf<T>(call: Promise<T>): Promise<Outcome> {
  const startedAt = Date.now();
  try {
    return { value: await call, afterMs: Date.now() - startedAt };
  } catch (error) {
    return { error: error as ApiError, afterMs: Date.now() - startedAt };
  }
}

/** Runs a call to its end, however long its timers are. */
export async function run<T>(
  policy: DependencyPolicy,
  work: (context: AttemptContext) => Promise<T>,
  options: ExecuteOptions<T> = {},
): Promise<Outcome> {
  const outcome = outcomeOf(policy.execute('charge', work, options));
  await jest.runAllTimersAsync();
  return await outcome;
}

/** Has the calls of a policy fail until its circuit opens. */
export async function open(policy: DependencyPolicy): Promise<void> {
  for (let call = 0; call < SETTINGS.failureThreshold; call += 1) await run(policy, failing, { maxRetries: 0 });
  expect(policy.state).toBe('open');
}

/** Work that ends when the test says so, or when its signal aborts if it listens to it. */
export function controlled(listens = true) {
  const calls: { readonly resolve: (value: string) => void; readonly reject: (error: unknown) => void }[] = [];
  const state = { running: 0, peak: 0 };
  const work = async ({ signal }: AttemptContext): Promise<string> => {
    state.running += 1;
    state.peak = Math.max(state.peak, state.running);
    try {
      return await new Promise<string>((resolve, reject) => {
        calls.push({ resolve, reject });
        if (listens) signal.addEventListener('abort', () => reject(new Error('socket closed')));
      });
    } finally {
      state.running -= 1;
    }
  };
  return { work, calls, state };
}
