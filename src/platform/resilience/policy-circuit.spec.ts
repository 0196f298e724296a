import { jest } from '@jest/globals';
import {
  controlled,
  declined,
  down,
  failing,
  open,
  type Outcome,
  outcomeOf,
  policiesOnFakeTime,
  run,
  working,
} from './policies-on-fake-time.js';

/** Real: the whole policy. Fake: time (timers, dates and the monotonic clock are Jest's). */
describe('DependencyPolicy circuit', () => {
  const { policyWith, eventsOf } = policiesOnFakeTime();

  it('opens after the consecutive failures and refuses at once with the remaining time', async () => {
    const policy = policyWith();
    await open(policy);
    await jest.advanceTimersByTimeAsync(18_000);
    const work = jest.fn(working);
    const { error, afterMs } = await run(policy, work);
    expect(error).toMatchObject({ code: 'STRIPE_UNAVAILABLE', details: { retry_after: 42 } });
    expect(afterMs).toBe(0);
    expect(work).not.toHaveBeenCalled();
    expect(policy.snapshot()).toMatchObject({
      state: 'open',
      failureCount: 5,
      lastFailureCode: 'STRIPE_CONNECTION_ERROR',
      nextAttemptAt: new Date(Date.now() + 42_000),
    });
  });

  it('does not spend attempts on a circuit that opens between them', async () => {
    const policy = policyWith({ failureThreshold: 2 });
    const work = jest.fn(failing);
    const { error, afterMs } = await run(policy, work);
    expect(error?.code).toBe('STRIPE_CONNECTION_ERROR');
    expect(work).toHaveBeenCalledTimes(2);
    expect(afterMs).toBe(400);
    expect(eventsOf('retry_denied')).toMatchObject([{ reason: 'circuit' }]);
  });

  it('does not count what says nothing about the dependency', async () => {
    const policy = policyWith();
    for (let call = 0; call < 20; call += 1) await run(policy, async () => Promise.reject(declined()));
    expect(policy.snapshot()).toMatchObject({ state: 'closed', failureCount: 0, lastFailureAt: null });
  });

  it('neither counts nor forgives by an error that is not the fault of the dependency', async () => {
    const policy = policyWith();
    for (let call = 0; call < 4; call += 1) await run(policy, failing, { maxRetries: 0 });
    await run(policy, async () => Promise.reject(declined()));
    expect(policy.snapshot()).toMatchObject({ state: 'closed', failureCount: 4 });
    await run(policy, failing, { maxRetries: 0 });
    expect(policy.state).toBe('open');
  });

  it('counts a time-out, also of work that is left behind', async () => {
    const policy = policyWith();
    for (let call = 0; call < 5; call += 1) await run(policy, controlled(call % 2 === 0).work, { maxRetries: 0 });
    expect(policy.snapshot()).toMatchObject({ state: 'open', lastFailureCode: 'STRIPE_TIMEOUT' });
  });

  it('counts consecutive failures only', async () => {
    const policy = policyWith();
    for (let round = 0; round < 5; round += 1) {
      for (let call = 0; call < 4; call += 1) await run(policy, failing, { maxRetries: 0 });
      await run(policy, working);
    }
    expect(policy.state).toBe('closed');
  });

  it('lets one of a hundred callers probe, refuses the others at once, and then keeps to the bulkhead', async () => {
    const policy = policyWith();
    await open(policy);
    await jest.advanceTimersByTimeAsync(60_000);
    const { work, calls, state } = controlled();
    const ended: Outcome[] = [];
    const callers = Array.from({ length: 100 }, async () => {
      ended.push(await outcomeOf(policy.execute('charge', work)));
    });
    await jest.advanceTimersByTimeAsync(9);
    expect(calls).toHaveLength(1);
    expect(policy.state).toBe('half_open');
    expect(ended).toHaveLength(99);
    expect(new Set(ended.map(({ error }) => error?.code))).toEqual(new Set(['STRIPE_UNAVAILABLE']));
    expect(Math.max(...ended.map(({ afterMs }) => afterMs))).toBeLessThan(10);

    calls[0]?.resolve('done');
    await Promise.all(callers);
    expect(policy.state).toBe('closed');
    const crowd = Array.from({ length: 70 }, async () => outcomeOf(policy.execute('charge', work)));
    await jest.advanceTimersByTimeAsync(0);
    expect(state.running).toBe(20);
    for (let call = 1; call <= 70; call += 1) {
      calls[call]?.resolve('done');
      await jest.advanceTimersByTimeAsync(0);
    }
    expect((await Promise.all(crowd)).every(({ value }) => value === 'done')).toBe(true);
    expect(state.peak).toBe(20);
  });

  it('opens again for the whole time when the probe fails', async () => {
    const policy = policyWith();
    await open(policy);
    await jest.advanceTimersByTimeAsync(60_000);
    const work = jest.fn(failing);
    await run(policy, work);
    expect(work).toHaveBeenCalledTimes(1);
    expect(policy.snapshot()).toMatchObject({ state: 'open', nextAttemptAt: new Date(Date.now() + 60_000) });
    expect(eventsOf('break')).toMatchObject([{ cause: 'failures' }, { cause: 'probe' }]);
  });

  it('is not closed by a probe that fails for a reason of its own: the next call probes', async () => {
    const policy = policyWith();
    await open(policy);
    await jest.advanceTimersByTimeAsync(60_000);
    expect((await run(policy, async () => Promise.reject(declined()))).error?.code).toBe('STRIPE_CARD_ERROR');
    expect(policy.state).toBe('half_open');
    expect((await run(policy, async () => Promise.reject(new TypeError('defect')))).error?.code).toBe(
      'INTERNAL_SERVER_ERROR',
    );
    expect(policy.state).toBe('half_open');
    expect((await run(policy, working)).value).toBe('done');
    expect(policy.state).toBe('closed');
    expect(eventsOf('break', 'reset').map(({ type }) => type)).toEqual(['break', 'reset']);
  });

  it('is left half-open neither by a probe whose caller leaves', async () => {
    const policy = policyWith();
    await open(policy);
    await jest.advanceTimersByTimeAsync(60_000);
    const caller = new AbortController();
    const probe = outcomeOf(policy.execute('charge', controlled(false).work, { signal: caller.signal }));
    await jest.advanceTimersByTimeAsync(5);
    caller.abort(new Error('gone'));
    await jest.advanceTimersByTimeAsync(500);
    await probe;
    expect((await run(policy, working)).value).toBe('done');
    expect(policy.state).toBe('closed');
  });

  it('leaves half-open within the time limit and a second when the probe hangs', async () => {
    const policy = policyWith();
    await open(policy);
    await jest.advanceTimersByTimeAsync(60_000);
    const probe = outcomeOf(policy.execute('charge', controlled(false).work, { maxRetries: 0 }));
    await jest.advanceTimersByTimeAsync(11_000);
    expect((await probe).error?.code).toBe('STRIPE_TIMEOUT');
    expect(policy.state).toBe('open');
  });

  it('does not listen to calls that began before its state changed', async () => {
    const policy = policyWith();
    const { work, calls } = controlled();
    const old = Array.from({ length: 6 }, async () =>
      outcomeOf(policy.execute('charge', work, { maxRetries: 0, attemptTimeoutMs: 200_000 })),
    );
    await jest.advanceTimersByTimeAsync(0);
    await open(policy);
    await jest.advanceTimersByTimeAsync(60_000);
    const probe = outcomeOf(policy.execute('charge', work));
    await jest.advanceTimersByTimeAsync(0);
    for (const call of calls.slice(0, 6)) call.reject(down());
    await Promise.all(old);
    expect(policy.state).toBe('half_open');
    calls[6]?.resolve('done');
    await probe;
    expect(policy.snapshot()).toMatchObject({ state: 'closed', failureCount: 0 });
  });

  it('keeps the failures it opened for, whatever older calls come back with', async () => {
    const policy = policyWith();
    const { work, calls } = controlled();
    const old = outcomeOf(policy.execute('charge', work));
    await jest.advanceTimersByTimeAsync(0);
    for (let call = 0; call < 5; call += 1) await outcomeOf(policy.execute('charge', failing, { maxRetries: 0 }));
    calls[0]?.resolve('done');
    expect((await old).value).toBe('done');
    expect(policy.snapshot()).toMatchObject({ state: 'open', failureCount: 5 });
  });

  it('opens when too many calls are slow, where that is asked for', async () => {
    const policy = policyWith({ slowCallMs: 1_000, slowCallRate: 0.5 });
    const slow = async (): Promise<string> => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return 'slow';
    };
    for (let call = 0; call < 5; call += 1) await run(policy, working);
    for (let call = 0; call < 4; call += 1) expect((await run(policy, slow)).value).toBe('slow');
    expect(policy.state).toBe('closed');
    expect((await run(policy, slow)).value).toBe('slow');
    expect(policy.state).toBe('open');
    expect(eventsOf('break')).toMatchObject([{ cause: 'slow_calls', code: null }]);
    await jest.advanceTimersByTimeAsync(60_000);
    expect((await run(policy, slow)).value).toBe('slow');
    expect(policy.state).toBe('open');
    await jest.advanceTimersByTimeAsync(60_000);
    await run(policy, working);
    expect(policy.state).toBe('closed');
  });
});
