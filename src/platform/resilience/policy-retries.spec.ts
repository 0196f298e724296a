import { jest } from '@jest/globals';
import { ExternalServiceError } from '../errors/index.js';
import {
  declined,
  down,
  failing,
  type Outcome,
  outcomeOf,
  policiesOnFakeTime,
  run,
  SETTINGS,
  working,
} from './policies-on-fake-time.js';

/** Real: the whole policy. Fake: time (timers, dates and the monotonic clock are Jest's). */
describe('DependencyPolicy retries', () => {
  const { policyWith, eventsOf } = policiesOnFakeTime();

  it('passes a result through without a second call', async () => {
    const work = jest.fn(working);
    expect(await run(policyWith(), work)).toMatchObject({ value: 'done', afterMs: 0 });
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('repeats what is retryable, with growing pauses, and tells the number of the attempt', async () => {
    const seen: number[] = [];
    const { value, afterMs } = await run(policyWith(), async ({ attempt }) => {
      seen.push(attempt);
      if (attempt < 3) throw down();
      return 'done';
    });
    expect(value).toBe('done');
    expect(seen).toEqual([1, 2, 3]);
    // 200 + 0.5 × (600 - 200), then 200 + 0.5 × (1200 - 200)
    expect(afterMs).toBe(400 + 700);
  });

  it('gives up after the configured attempts with the last error', async () => {
    const work = jest.fn(failing);
    expect((await run(policyWith(), work)).error?.code).toBe('STRIPE_CONNECTION_ERROR');
    expect(work).toHaveBeenCalledTimes(3);
  });

  it.each([
    ['an error that repeating does not change', async (): Promise<never> => Promise.reject(declined()), {}],
    ['work that is not safe to repeat', failing, { retrySafe: false }],
    ['a call that asks for no retries', failing, { maxRetries: 0 }],
    ['a defect of ours', async (): Promise<never> => Promise.reject(new TypeError('x is not a function')), {}],
  ])('does not repeat %s', async (_what, fail, options) => {
    const work = jest.fn(fail);
    await run(policyWith(), work, options);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['STRIPE_RATE_LIMITED', 7],
    // What callers are told by default where nobody said anything.
    ['STRIPE_SERVICE_ERROR', 10],
  ] as const)('waits as long as the dependency asks with %s: %i s', async (code, seconds) => {
    const busy = new ExternalServiceError(code, { details: { retry_after: seconds } });
    const { value, afterMs } = await run(policyWith(), async ({ attempt }) => {
      if (attempt === 1) throw busy;
      return 'done';
    });
    expect({ value, afterMs }).toEqual({ value: 'done', afterMs: seconds * 1_000 });
  });

  it('chooses the pause itself where a rate limit does not say how long', async () => {
    const { value, afterMs } = await run(policyWith(), async ({ attempt }) => {
      if (attempt === 1) throw new ExternalServiceError('STRIPE_RATE_LIMITED');
      return 'done';
    });
    expect({ value, afterMs }).toEqual({ value: 'done', afterMs: 400 });
  });

  it('fails at once when the dependency asks for more than two minutes, and says for how long', async () => {
    const limited = new ExternalServiceError('STRIPE_RATE_LIMITED', { details: { retry_after: 121 } });
    const { error, afterMs } = await run(policyWith(), async () => Promise.reject(limited));
    expect(error?.retryAfterSeconds).toBe(121);
    expect(afterMs).toBe(0);
    expect(eventsOf('retry_denied')).toMatchObject([{ reason: 'retry_after' }]);
  });

  it('waits for two minutes where that is what the dependency asks for', async () => {
    const limited = new ExternalServiceError('STRIPE_RATE_LIMITED', { details: { retry_after: 120 } });
    const { value, afterMs } = await run(policyWith(), async ({ attempt }) => {
      if (attempt === 1) throw limited;
      return 'done';
    });
    expect({ value, afterMs }).toEqual({ value: 'done', afterMs: 120_000 });
  });

  it('does not begin a pause that outlasts the total deadline', async () => {
    const work = jest.fn(failing);
    const { afterMs } = await run(policyWith(), work, { totalTimeoutMs: 300 });
    expect(afterMs).toBe(0);
    expect(work).toHaveBeenCalledTimes(1);
    expect(eventsOf('retry_denied')).toMatchObject([{ reason: 'deadline' }]);
  });

  it('keeps calls to a dependency that is down within 1.1 × the offered load plus the floor', async () => {
    const policy = policyWith({ failureThreshold: 1_000_000, bulkhead: 1_000_000 });
    const work = jest.fn(failing);
    const seconds = 10;
    const ended: Promise<Outcome>[] = [];
    for (let call = 0; call < 200 * seconds; call += 1) {
      ended.push(outcomeOf(policy.execute('charge', work)));
      await jest.advanceTimersByTimeAsync(5);
    }
    const sent = work.mock.calls.length;
    await jest.runAllTimersAsync();
    await Promise.all(ended);
    expect(sent).toBeGreaterThan(200 * seconds);
    expect(sent).toBeLessThanOrEqual(1.1 * 200 * seconds + 3 * (seconds + 1));
  });

  it('sends nothing but probes to a dependency that is down once the circuit is open, and refuses all others at once', async () => {
    const policy = policyWith({ recoveryTimeoutMs: 2_000 });
    const seconds = 20;
    let sentWhileOpen = 0;
    const work = jest.fn(async (): Promise<never> => {
      if (policy.state !== 'closed') sentWhileOpen += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
      throw down();
    });
    const ended: Promise<Outcome>[] = [];
    for (let call = 0; call < 200 * seconds; call += 1) {
      ended.push(outcomeOf(policy.execute('charge', work)));
      await jest.advanceTimersByTimeAsync(5);
    }
    const probes = eventsOf('half_open').length;
    const inTime = work.mock.calls.length;
    await jest.runAllTimersAsync();
    const refused = (await Promise.all(ended)).filter(({ error }) => error?.code === 'STRIPE_UNAVAILABLE');
    // Open for 2 s, then 10 ms for the probe to fail: nine times in 20 s.
    expect({ probes, sentWhileOpen }).toEqual({ probes: 9, sentWhileOpen: 9 });
    // The five that opened it, and what had gone out before the fifth failed.
    expect(inTime - probes).toBeLessThanOrEqual(SETTINGS.failureThreshold + 2);
    // Besides those who were in the pause before their second attempt when it opened.
    const paused = refused.filter(({ afterMs }) => afterMs > 0);
    expect(paused.length).toBeLessThan(SETTINGS.failureThreshold);
    expect(refused.length - paused.length).toBe(200 * seconds - inTime);
  });
});
