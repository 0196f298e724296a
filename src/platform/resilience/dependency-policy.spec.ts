import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { PolicySettings } from '../../config/index.js';
import { type ApiError, ExternalServiceError, StripeError } from '../errors/index.js';
import { SystemClock } from '../time/index.js';
import { DependencyPolicy } from './dependency-policy.js';
import { PolicyEvents, type PolicyEvent } from './policy-events.js';
import type { AttemptContext, ExecuteOptions } from './service-policy.js';

const SETTINGS: PolicySettings = {
  failureThreshold: 5,
  recoveryTimeoutMs: 60_000,
  attempts: 3,
  timeoutMs: 10_000,
  bulkhead: 20,
  queue: 50,
  slowCallMs: null,
  slowCallRate: 0.5,
};

const down = (): ExternalServiceError => new ExternalServiceError('STRIPE_CONNECTION_ERROR');
const declined = (): StripeError => new StripeError('STRIPE_CARD_ERROR');
const failing = async (): Promise<never> => {
  throw down();
};
const working = async (): Promise<string> => 'done';

interface Outcome {
  readonly value?: unknown;
  readonly error?: ApiError;
  readonly afterMs: number;
}

/** What one call does, for the property below. */
interface Behaviour {
  readonly startsAtMs: number;
  readonly lastsMs: number;
  readonly ends: 'well' | 'down' | 'declined' | 'defect';
  readonly listens: boolean;
  readonly callerLeavesAfterMs: number | null;
}

/** Real: the whole policy. Fake: time (timers, dates and the monotonic clock are Jest's). */
describe('DependencyPolicy', () => {
  let events: PolicyEvents;
  let published: PolicyEvent[];

  beforeEach(() => {
    jest.useFakeTimers();
    events = new PolicyEvents();
    published = [];
    events.subscribe((event) => published.push(event));
  });

  afterEach(() => {
    const leftOver = jest.getTimerCount();
    jest.useRealTimers();
    if (leftOver > 0) throw new Error(`${leftOver} timers are left over`);
  });

  const policyWith = (settings: Partial<PolicySettings> = {}, random = 0.5): DependencyPolicy =>
    new DependencyPolicy(
      'stripe',
      { ...SETTINGS, ...settings },
      { events, clock: new SystemClock(), random: () => random },
    );

  const eventsOf = (...types: PolicyEvent['type'][]): readonly PolicyEvent[] =>
    published.filter(({ type }) => types.includes(type));

  /** Starts a call and notes how and when it ends. */
  async function outcomeOf<T>(call: Promise<T>): Promise<Outcome> {
    const startedAt = Date.now();
    try {
      return { value: await call, afterMs: Date.now() - startedAt };
    } catch (error) {
      return { error: error as ApiError, afterMs: Date.now() - startedAt };
    }
  }

  /** Runs a call to its end, however long its timers are. */
  async function run<T>(
    policy: DependencyPolicy,
    work: (context: AttemptContext) => Promise<T>,
    options: ExecuteOptions<T> = {},
  ): Promise<Outcome> {
    const outcome = outcomeOf(policy.execute('charge', work, options));
    await jest.runAllTimersAsync();
    return await outcome;
  }

  async function open(policy: DependencyPolicy): Promise<void> {
    for (let call = 0; call < SETTINGS.failureThreshold; call += 1) await run(policy, failing, { maxRetries: 0 });
    expect(policy.state).toBe('open');
  }

  /** Work that ends when the test says so, or when its signal aborts if it listens to it. */
  function controlled(listens = true) {
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

  describe('retries', () => {
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

  describe('time limits', () => {
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

  describe("the caller's signal", () => {
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

  describe('circuit', () => {
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

  describe('bulkhead', () => {
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
      const running = Array.from({ length: 5 }, async () =>
        outcomeOf(policy.execute('charge', work, { maxRetries: 0 })),
      );
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

  it('publishes what it does, and survives a listener that throws', async () => {
    events.subscribe(() => {
      throw new Error('listener');
    });
    const logged = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    await run(policyWith(), async ({ attempt }) => (attempt === 1 ? Promise.reject(down()) : 'done'));
    logged.mockRestore();
    expect(published).toMatchObject([
      { type: 'attempt', operation: 'charge', attempt: 1, outcome: 'failure', code: 'STRIPE_CONNECTION_ERROR' },
      { type: 'retry', attempt: 2, delayMs: 400 },
      { type: 'attempt', attempt: 2, outcome: 'success', code: null },
      { type: 'duration', attempts: 2, succeeded: true, durationMs: 400 },
    ]);
  });
});
