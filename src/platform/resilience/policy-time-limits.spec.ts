import { jest } from '@jest/globals';
import { controlled, down, failing, outcomeOf, policiesOnFakeTime, run, working } from './policies-on-fake-time.js';

/** Real: the whole policy. Fake: time (timers, dates and the monotonic clock are Jest's). */
describe('DependencyPolicy time limits', () => {
  const { policyWith, eventsOf } = policiesOnFakeTime();

  it('aborts an attempt at its limit and reports the time-out with what the work said', async () => {
    const { work, state } = controlled();
    const { error, afterMs } = await run(policyWith(), work, { maxRetries: 0 });
    expect(error).toMatchObject({ code: 'STRIPE_TIMEOUT', cause: { message: 'socket closed' } });
    expect(afterMs).toBe(10_000);
    expect(state.running).toBe(0);
  });

  it('takes a longer limit from the call, and cuts it to the total', async () => {
    const { work } = controlled();
    const policy = policyWith();
    expect((await run(policy, work, { maxRetries: 0, attemptTimeoutMs: 60_000 })).afterMs).toBe(60_000);
    expect((await run(policy, work, { maxRetries: 0, totalTimeoutMs: 4_000 })).afterMs).toBe(4_000);
  });

  it('gives a later attempt no more than what earlier ones and pauses left of the total', async () => {
    const { work } = controlled();
    const { error, afterMs } = await run(
      policyWith(),
      async (context) => await (context.attempt === 1 ? failing() : work(context)),
      { totalTimeoutMs: 5_000 },
    );
    expect(error?.code).toBe('STRIPE_TIMEOUT');
    expect(afterMs).toBe(5_000);
  });

  it('counts waiting for a place against the total', async () => {
    const policy = policyWith({ bulkhead: 1 });
    const { work } = controlled();
    const first = outcomeOf(policy.execute('charge', work, { maxRetries: 0 }));
    const second = outcomeOf(policy.execute('charge', work, { totalTimeoutMs: 3_000 }));
    await jest.advanceTimersByTimeAsync(3_000);
    expect(await second).toMatchObject({ afterMs: 3_000, error: { code: 'SERVICE_UNAVAILABLE' } });
    await jest.runAllTimersAsync();
    await first;
  });

  it('uses a result that arrives while the work is being cancelled', async () => {
    const { value } = await run(policyWith(), async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 'charged after all';
    });
    expect(value).toBe('charged after all');
  });

  it('leaves work behind that ignores its signal, but holds its place until it has really ended', async () => {
    const policy = policyWith();
    const { work, calls } = controlled(false);
    const { error, afterMs } = await run(policy, work, { maxRetries: 0 });
    expect(error?.code).toBe('STRIPE_TIMEOUT');
    expect(afterMs).toBe(10_500);
    expect(policy.snapshot().activeCalls).toBe(1);
    calls[0]?.reject(new Error('at last'));
    await jest.advanceTimersByTimeAsync(0);
    expect(policy.snapshot().activeCalls).toBe(0);
    expect(eventsOf('late_end')).toMatchObject([{ succeeded: false }]);
  });

  it('treats work that throws before its first await like any other', async () => {
    const policy = policyWith();
    await run(policy, () => {
      throw down();
    });
    expect(policy.snapshot()).toMatchObject({ failureCount: 3, activeCalls: 0 });
  });
});

describe("DependencyPolicy the caller's signal", () => {
  const { policyWith } = policiesOnFakeTime();

  it('aborts the attempt and rejects with its reason, without retry, fallback or a mark against the dependency', async () => {
    const policy = policyWith();
    const { work, state } = controlled();
    const caller = new AbortController();
    const fallback = jest.fn(working);
    const outcome = outcomeOf(policy.execute('charge', work, { signal: caller.signal, fallback }));
    await jest.advanceTimersByTimeAsync(50);
    caller.abort(new Error('the customer left'));
    expect((await outcome).error?.message).toBe('the customer left');
    expect(state.running).toBe(0);
    expect(fallback).not.toHaveBeenCalled();
    expect(policy.snapshot()).toMatchObject({ failureCount: 0, activeCalls: 0 });
  });

  it('ends a pause without another call', async () => {
    const work = jest.fn(failing);
    const caller = new AbortController();
    const outcome = outcomeOf(policyWith().execute('charge', work, { signal: caller.signal }));
    await jest.advanceTimersByTimeAsync(100);
    caller.abort(new Error('the customer left'));
    expect((await outcome).afterMs).toBe(100);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('makes no call when it has aborted before', async () => {
    const work = jest.fn(working);
    await run(policyWith(), work, { signal: AbortSignal.abort(new Error('gone')) });
    expect(work).not.toHaveBeenCalled();
  });

  it('ends waiting for a place', async () => {
    const policy = policyWith({ bulkhead: 1 });
    const { work, calls } = controlled();
    const first = outcomeOf(policy.execute('charge', work));
    const caller = new AbortController();
    const second = outcomeOf(policy.execute('charge', work, { signal: caller.signal }));
    await jest.advanceTimersByTimeAsync(10);
    expect(policy.snapshot()).toMatchObject({ activeCalls: 1, queuedCalls: 1 });
    caller.abort(new Error('gone'));
    expect((await second).error?.message).toBe('gone');
    expect(policy.snapshot()).toMatchObject({ activeCalls: 1, queuedCalls: 0 });
    calls[0]?.resolve('done');
    expect((await first).value).toBe('done');
  });
});
