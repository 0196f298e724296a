import { jest } from '@jest/globals';
import fc from 'fast-check';
import { controlled, declined, down, outcomeOf, policiesOnFakeTime, run, working } from './policies-on-fake-time.js';

/** Real: the whole policy. Fake: time (timers, dates and the monotonic clock are Jest's). */
describe('DependencyPolicy bulkhead', () => {
  const { policyWith } = policiesOnFakeTime();

  it('refuses who finds no place to wait, and does not retry that', async () => {
    const policy = policyWith({ bulkhead: 1, queue: 1 });
    const { work, calls } = controlled();
    const first = outcomeOf(policy.execute('charge', work));
    const second = outcomeOf(policy.execute('charge', work));
    const third = await outcomeOf(policy.execute('charge', work));
    expect(third).toMatchObject({ afterMs: 0, error: { code: 'SERVICE_UNAVAILABLE', details: { retry_after: 1 } } });
    calls[0]?.resolve('first');
    await jest.advanceTimersByTimeAsync(0);
    calls[1]?.resolve('second');
    expect([(await first).value, (await second).value]).toEqual(['first', 'second']);
    expect(policy.snapshot()).toMatchObject({ activeCalls: 0, queuedCalls: 0, failureCount: 0 });
  });

  it('refuses who waits longer than an attempt may last', async () => {
    const policy = policyWith({ bulkhead: 1 });
    const { work, calls } = controlled();
    const first = outcomeOf(policy.execute('charge', work, { attemptTimeoutMs: 60_000 }));
    const second = outcomeOf(policy.execute('charge', work));
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await second).toMatchObject({ afterMs: 10_000, error: { code: 'SERVICE_UNAVAILABLE' } });
    calls[0]?.resolve('done');
    await first;
  });

  it('sends everybody away who waits when the circuit opens', async () => {
    const policy = policyWith({ bulkhead: 5 });
    const { work, calls } = controlled();
    const running = Array.from({ length: 5 }, async () => outcomeOf(policy.execute('charge', work, { maxRetries: 0 })));
    const waiting = Array.from({ length: 30 }, async () => outcomeOf(policy.execute('charge', work)));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(policy.snapshot()).toMatchObject({ activeCalls: 5, queuedCalls: 30 });
    for (const call of calls.slice(0, 5)) call.reject(down());
    await Promise.all(running);
    expect(policy.snapshot()).toMatchObject({ state: 'open', queuedCalls: 0 });
    await jest.runAllTimersAsync();
    const refused = (await Promise.all(waiting)).filter(({ error }) => error?.code === 'STRIPE_UNAVAILABLE');
    expect(refused.length).toBeGreaterThanOrEqual(26);
    expect(Math.max(...refused.map(({ afterMs }) => afterMs))).toBe(1_000);
    expect(policy.snapshot()).toMatchObject({ activeCalls: 0, queuedCalls: 0 });
  });
});

/** What one call does, for the property below. */
interface Behaviour {
  readonly startsAtMs: number;
  readonly lastsMs: number;
  readonly ends: 'well' | 'down' | 'declined' | 'defect';
  readonly listens: boolean;
  readonly callerLeavesAfterMs: number | null;
}

describe('DependencyPolicy', () => {
  const { policyWith } = policiesOnFakeTime();

  it('gives every place back and never runs more than the bulkhead, whatever the work does', async () => {
    const behaviour: fc.Arbitrary<Behaviour> = fc.record({
      startsAtMs: fc.integer({ min: 0, max: 200_000 }),
      lastsMs: fc.integer({ min: 0, max: 15_000 }),
      ends: fc.constantFrom<Behaviour['ends'][]>('well', 'down', 'declined', 'defect'),
      listens: fc.boolean(),
      callerLeavesAfterMs: fc.option(fc.integer({ min: 0, max: 20_000 })),
    });
    const perform = async ({ lastsMs, ends, listens }: Behaviour, signal: AbortSignal): Promise<void> => {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, lastsMs);
        if (!listens) return;
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(new Error('cancelled'));
        });
      });
      if (ends === 'down') throw down();
      if (ends === 'declined') throw declined();
      if (ends === 'defect') throw new TypeError('defect');
    };
    await fc.assert(
      fc.asyncProperty(fc.array(behaviour, { minLength: 1, maxLength: 60 }), async (behaviours) => {
        const policy = policyWith({ bulkhead: 3, queue: 5 });
        const state = { running: 0, peak: 0 };
        const calls = behaviours.map(async (one) => {
          await new Promise((resolve) => setTimeout(resolve, one.startsAtMs));
          const caller = new AbortController();
          if (one.callerLeavesAfterMs !== null)
            setTimeout(() => caller.abort(new Error('left')), one.callerLeavesAfterMs);
          await outcomeOf(
            policy.execute(
              'charge',
              async ({ signal }) => {
                state.running += 1;
                state.peak = Math.max(state.peak, state.running);
                await perform(one, signal).finally(() => (state.running -= 1));
              },
              { signal: caller.signal },
            ),
          );
        });
        await jest.runAllTimersAsync();
        await Promise.all(calls);
        expect(policy.snapshot()).toMatchObject({ activeCalls: 0, queuedCalls: 0 });
        expect(state.peak).toBeLessThanOrEqual(3);
        expect(state.running).toBe(0);
        await jest.advanceTimersByTimeAsync(60_000);
        expect((await run(policy, working)).value).toBe('done');
        expect(policy.state).toBe('closed');
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});
