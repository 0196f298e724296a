import { jest } from '@jest/globals';
import type { ApiError } from '../errors/index.js';
import {
  controlled,
  declined,
  down,
  failing,
  open,
  outcomeOf,
  policiesOnFakeTime,
  run,
  working,
} from './policies-on-fake-time.js';

/** Real: the whole policy. Fake: time (timers, dates and the monotonic clock are Jest's). */
describe('DependencyPolicy', () => {
  const { policyWith, eventsOf, subscribe, loggedError } = policiesOnFakeTime();

  it('publishes what it does, and survives a listener that throws', async () => {
    subscribe(() => {
      throw new Error('listener');
    });
    await run(policyWith(), async ({ attempt }) => (attempt === 1 ? Promise.reject(down()) : 'done'));
    expect(eventsOf()).toMatchObject([
      { type: 'attempt', operation: 'charge', attempt: 1, outcome: 'failure', code: 'STRIPE_CONNECTION_ERROR' },
      { type: 'retry', attempt: 2, delayMs: 400 },
      { type: 'attempt', attempt: 2, outcome: 'success', code: null },
      { type: 'duration', attempts: 2, succeeded: true, durationMs: 400 },
    ]);
    expect(loggedError).toHaveBeenCalledTimes(4);
    expect(loggedError).toHaveBeenLastCalledWith(expect.objectContaining({ event_type: 'duration' }));
  });

  describe('fallback', () => {
    it('takes over with the final error, also when the circuit is open', async () => {
      const policy = policyWith();
      const fallback = async (error: ApiError): Promise<string> => `stored (${error.code})`;
      expect((await run(policy, failing, { fallback })).value).toBe('stored (STRIPE_CONNECTION_ERROR)');
      await run(policy, failing, { fallback });
      expect((await run(policy, failing, { fallback })).value).toBe('stored (STRIPE_UNAVAILABLE)');
      expect(eventsOf('fallback')).toHaveLength(3);
    });

    it('may decline', async () => {
      const fallback = async (error: ApiError): Promise<never> => {
        throw error;
      };
      const outcome = await run(policyWith(), async () => Promise.reject(declined()), { fallback });
      expect(outcome.error?.code).toBe('STRIPE_CARD_ERROR');
      expect(eventsOf('fallback')).toMatchObject([{ succeeded: false }]);
    });
  });

  describe('overrides', () => {
    it('refuses all calls while isolated, until reset', async () => {
      const policy = policyWith();
      policy.isolate({ reason: 'maintenance' });
      const work = jest.fn(working);
      expect((await run(policy, work)).error?.code).toBe('STRIPE_UNAVAILABLE');
      await jest.advanceTimersByTimeAsync(3_600_000);
      expect(policy.snapshot()).toMatchObject({
        state: 'isolated',
        override: { reason: 'maintenance' },
        nextAttemptAt: null,
      });
      policy.reset();
      expect((await run(policy, work)).value).toBe('done');
      expect(policy.snapshot()).toMatchObject({ state: 'closed', override: null });
    });

    it('ends at its expiry, and says until then when to come back', async () => {
      const policy = policyWith();
      policy.isolate({ expiresAt: new Date(Date.now() + 30_000) });
      expect((await run(policy, working)).error?.retryAfterSeconds).toBe(30);
      await jest.advanceTimersByTimeAsync(30_000);
      expect((await run(policy, working)).value).toBe('done');
      expect(eventsOf('override_ended')).toMatchObject([{ mode: 'isolated', by: 'expiry' }]);
    });

    it('lets everything pass while disabled, with retries and time limits', async () => {
      const policy = policyWith();
      await open(policy);
      policy.disable();
      expect(policy.state).toBe('disabled');
      const work = jest.fn(failing);
      for (let call = 0; call < 3; call += 1) await run(policy, work);
      expect(work).toHaveBeenCalledTimes(9);
      expect((await run(policy, controlled().work, { maxRetries: 0 })).error?.code).toBe('STRIPE_TIMEOUT');
      expect(policy.state).toBe('disabled');
    });

    it('lasts as long as was said although somebody sets the wall clock', async () => {
      const policy = policyWith();
      policy.isolate({ expiresAt: new Date(Date.now() + 30_000) });
      jest.setSystemTime(Date.now() - 3_600_000);
      await jest.advanceTimersByTimeAsync(29_999);
      expect(policy.state).toBe('isolated');
      jest.setSystemTime(Date.now() + 3_600_000);
      expect(policy.state).toBe('isolated');
      await jest.advanceTimersByTimeAsync(1);
      expect(policy.state).toBe('closed');
    });

    it('sends away who waits for a place, and retries no more, once isolated', async () => {
      const policy = policyWith({ bulkhead: 1 });
      const { work, calls } = controlled();
      const running = outcomeOf(policy.execute('charge', work));
      const waiting = outcomeOf(policy.execute('charge', work));
      await jest.advanceTimersByTimeAsync(10);
      policy.isolate();
      expect(await waiting).toMatchObject({ afterMs: 10, error: { code: 'STRIPE_UNAVAILABLE' } });
      calls[0]?.reject(down());
      expect(await running).toMatchObject({ afterMs: 10, error: { code: 'STRIPE_CONNECTION_ERROR' } });
      expect(calls).toHaveLength(1);
    });

    it('closes an open circuit by reset and forgets its failures', async () => {
      const policy = policyWith();
      await open(policy);
      policy.reset();
      expect(policy.snapshot()).toMatchObject({ state: 'closed', failureCount: 0, nextAttemptAt: null });
      for (let call = 0; call < 4; call += 1) await run(policy, failing, { maxRetries: 0 });
      expect(policy.state).toBe('closed');
      expect(eventsOf('reset')).toMatchObject([{ by: 'operator' }]);
    });

    it('closes a half-open circuit by reset while its probe is out', async () => {
      const policy = policyWith();
      await open(policy);
      await jest.advanceTimersByTimeAsync(60_000);
      const { work, calls } = controlled();
      const probe = outcomeOf(policy.execute('charge', work, { maxRetries: 0 }));
      await jest.advanceTimersByTimeAsync(0);
      policy.reset();
      calls[0]?.reject(down());
      await probe;
      expect(policy.state).toBe('closed');
    });
  });
});
