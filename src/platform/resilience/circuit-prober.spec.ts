import { jest } from '@jest/globals';
import { testConfig } from '../../config/testing.js';
import { ExternalServiceError } from '../errors/index.js';
import { SystemClock } from '../time/clock.js';
import { ManualClock } from '../time/manual-clock.js';
import { CircuitProber } from './circuit-prober.js';
import { DependencyPolicy } from './dependency-policy.js';
import { down, SETTINGS } from './policies-on-fake-time.js';
import { PolicyEvents } from './policy-events.js';
import type { PolicySnapshot, ServicePolicy } from './service-policy.js';
import { passThroughPolicy } from './testing.js';

const CONFIG = testConfig();

const wrongKey = (): ExternalServiceError => new ExternalServiceError('STRIPE_AUTH_ERROR');

/** Fake: the policy, which says of itself what the test wants, and time. */
describe('CircuitProber, deciding', () => {
  let clock: ManualClock;
  let prober: CircuitProber;
  let snapshot: Partial<PolicySnapshot>;
  let pings: number;
  let answer: () => Promise<unknown>;

  beforeEach(() => {
    clock = new ManualClock();
    prober = new CircuitProber(CONFIG, clock);
    pings = 0;
    answer = async () => undefined;
    const plain = passThroughPolicy('stripe');
    const policy: ServicePolicy = { ...plain, snapshot: () => ({ ...plain.snapshot(), ...snapshot }) };
    prober.register(policy, async () => {
      pings += 1;
      await answer();
    });
  });

  async function look(): Promise<number> {
    const before = pings;
    prober.look();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    return pings - before;
  }

  it('waits for the end of the recovery time', async () => {
    snapshot = { state: 'open', nextAttemptAt: new Date(clock.now().getTime() + 60_000) };
    expect(await look()).toBe(0);
    clock.advance(59_999);
    expect(await look()).toBe(0);
    clock.advance(1);
    expect(await look()).toBe(1);
  });

  it.each([
    ['closed', { state: 'closed', nextAttemptAt: null }],
    ['isolated by an operator, with or without an end', { state: 'isolated', nextAttemptAt: new Date(0) }],
    ['to be ignored', { state: 'disabled', nextAttemptAt: null }],
    ['probed by a call of somebody else', { state: 'half_open', nextAttemptAt: new Date(0), activeCalls: 1 }],
  ] as const)('leaves a circuit alone that is %s', async (_what, state) => {
    snapshot = state;
    expect(await look()).toBe(0);
  });

  it('does not mind calls that are under way from before the circuit opened', async () => {
    snapshot = { state: 'open', nextAttemptAt: clock.now(), activeCalls: 7 };
    expect(await look()).toBe(1);
  });

  it('goes on where the probe of somebody else proved nothing', async () => {
    snapshot = { state: 'half_open', nextAttemptAt: clock.now(), activeCalls: 0 };
    expect(await look()).toBe(1);
  });

  it('has one probe out at a time', async () => {
    const gate = Promise.withResolvers<void>();
    answer = async () => await gate.promise;
    snapshot = { state: 'open', nextAttemptAt: clock.now() };
    expect(await look()).toBe(1);
    clock.advance(600_000);
    expect(await look()).toBe(0);
    gate.resolve();
    await look();
    expect(await look()).toBe(1);
  });

  it('waits a recovery time after a probe of its own that proved nothing', async () => {
    snapshot = { state: 'half_open', nextAttemptAt: clock.now(), activeCalls: 0 };
    answer = async () => Promise.reject(wrongKey());
    expect(await look()).toBe(1);
    clock.advance(59_999);
    expect(await look()).toBe(0);
    clock.advance(1);
    expect(await look()).toBe(1);
  });
});

/** Real: the policy and its circuit. Fake: time (timers, dates and the monotonic clock are Jest's). */
describe('CircuitProber, probing', () => {
  let policy: DependencyPolicy;
  let prober: CircuitProber;
  let pings: number;
  let ping: (signal: AbortSignal) => Promise<unknown>;

  beforeEach(() => {
    jest.useFakeTimers();
    const clock = new SystemClock();
    policy = new DependencyPolicy('stripe', SETTINGS, { events: new PolicyEvents(console), clock, random: () => 0.5 });
    prober = new CircuitProber(CONFIG, clock);
    pings = 0;
    ping = async () => undefined;
    prober.register(policy, async (signal) => {
      pings += 1;
      await ping(signal);
    });
    prober.onApplicationBootstrap();
  });

  afterEach(async () => {
    await prober.onModuleDestroy();
    const leftOver = jest.getTimerCount();
    jest.useRealTimers();
    if (leftOver > 0) throw new Error(`${leftOver} timers are left over`);
  });

  async function open(): Promise<void> {
    for (let call = 0; call < SETTINGS.failureThreshold; call += 1) {
      await policy
        .execute('charge', async () => Promise.reject(down()), { maxRetries: 0 })
        .catch((error: unknown) => error);
    }
    expect(policy.state).toBe('open');
  }

  it('closes a circuit that nobody calls within a second of the end of its recovery time', async () => {
    await open();
    await jest.advanceTimersByTimeAsync(59_000);
    expect(pings).toBe(0);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(policy.state).toBe('closed');
    expect(pings).toBe(1);
    await jest.advanceTimersByTimeAsync(600_000);
    expect(pings).toBe(1);
  });

  it('sends one probe a recovery time while the dependency stays away, and closes when it is back', async () => {
    ping = async () => Promise.reject(down());
    await open();
    await jest.advanceTimersByTimeAsync(10 * 60_500);
    expect(policy.state).toBe('open');
    expect(pings).toBeGreaterThanOrEqual(9);
    expect(pings).toBeLessThanOrEqual(10);
    ping = async () => undefined;
    await jest.advanceTimersByTimeAsync(61_000);
    expect(policy.state).toBe('closed');
  });

  it('waits as long between probes that prove nothing', async () => {
    ping = async () => Promise.reject(wrongKey());
    await open();
    await jest.advanceTimersByTimeAsync(10 * 60_500);
    expect(policy.state).toBe('half_open');
    expect(pings).toBeLessThanOrEqual(10);
    ping = async () => undefined;
    await jest.advanceTimersByTimeAsync(61_000);
    expect(policy.state).toBe('closed');
  });

  it('does not probe what an operator isolates, and does when that ends', async () => {
    await open();
    policy.isolate({ reason: 'maintenance', expiresAt: new Date(Date.now() + 300_000) });
    await jest.advanceTimersByTimeAsync(299_000);
    expect(pings).toBe(0);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(policy.state).toBe('closed');
  });

  it('ends a probe that is out when the process stops', async () => {
    let aborted = false;
    ping = async (signal) =>
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(new Error('socket closed'));
        });
      });
    await open();
    await jest.advanceTimersByTimeAsync(61_000);
    expect(policy.state).toBe('half_open');
    await prober.onModuleDestroy();
    expect(aborted).toBe(true);
    await jest.advanceTimersByTimeAsync(120_000);
    expect(pings).toBe(1);
  });
});
