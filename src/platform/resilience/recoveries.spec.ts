import { jest } from '@jest/globals';
import { testConfig } from '../../config/testing.js';
import { ExternalServiceError, StripeError } from '../errors/index.js';
import { ManualClock } from '../time/manual-clock.js';
import { PolicyEvents } from './policy-events.js';
import { PolicyRegistry } from './policy-registry.js';
import { Recoveries, type RecoverySign } from './recoveries.js';
import type { ServicePolicy } from './service-policy.js';

const down = async (): Promise<never> => Promise.reject(new ExternalServiceError('STRIPE_CONNECTION_ERROR'));
const wrongKey = async (): Promise<never> => Promise.reject(new ExternalServiceError('STRIPE_AUTH_ERROR'));
const declined = async (): Promise<never> => Promise.reject(new StripeError('STRIPE_CARD_ERROR'));
const working = async (): Promise<string> => 'done';

/** Real: the policies and their events. Fake: time. */
describe('Recoveries', () => {
  let clock: ManualClock;
  let recoveries: Recoveries;
  let policy: ServicePolicy;
  let told: RecoverySign[];
  const log = { error: jest.fn() };

  beforeEach(() => {
    clock = new ManualClock(new Date());
    const events = new PolicyEvents(log);
    const registry = new PolicyRegistry(testConfig(), clock, events);
    policy = registry.get('stripe');
    recoveries = new Recoveries(events, registry, clock, log);
    recoveries.onModuleInit();
    told = [];
    recoveries.of('stripe', (sign) => told.push(sign));
  });

  afterEach(() => {
    log.error.mockClear();
    recoveries.onModuleDestroy();
  });

  async function call(work: () => Promise<unknown>, operation = 'charge'): Promise<void> {
    await policy.execute(operation, work, { maxRetries: 0 }).catch((error: unknown) => error);
  }

  async function open(): Promise<void> {
    for (let failure = 0; failure < 5; failure += 1) await call(down);
    expect(policy.state).toBe('open');
  }

  it('tells when the circuit closes, once', async () => {
    await open();
    expect(told).toEqual([]);
    policy.reset();
    await call(working);
    expect(told).toEqual(['circuit']);
  });

  it('tells when an isolation ends, by an operator or by itself', async () => {
    policy.isolate();
    policy.reset();
    expect(told).toEqual(['circuit']);
    policy.isolate({ expiresAt: new Date(clock.now().getTime() + 1_000) });
    clock.advance(1_000);
    policy.snapshot();
    expect(told).toEqual(['circuit', 'circuit']);
  });

  it('says nothing when an isolation ends over a circuit that is open, until that closes', async () => {
    await open();
    policy.isolate({ expiresAt: new Date(clock.now().getTime() + 1_000) });
    clock.advance(1_000);
    expect(policy.state).toBe('open');
    expect(told).toEqual([]);
    policy.reset();
    expect(told).toEqual(['circuit']);
  });

  it('tells when an operator has the circuit ignored, and again when calls then succeed', async () => {
    await open();
    policy.disable();
    expect(told).toEqual(['circuit']);
    await call(down);
    clock.advance(5_000);
    await call(working);
    expect(told).toEqual(['circuit', 'success']);
  });

  it.each([
    ['too short to open the circuit', down],
    ['of the credentials', wrongKey],
  ])('tells of the first success after an outage %s', async (_what, failing) => {
    await call(failing);
    await call(failing);
    await call(working);
    await call(working);
    expect(told).toEqual(['success']);
  });

  it('takes the success of another operation for no proof', async () => {
    await call(wrongKey, 'send');
    await call(working, 'look_up');
    expect(told).toEqual([]);
    await call(working, 'send');
    expect(told).toEqual(['success']);
  });

  it('does not take a declined card for an outage', async () => {
    await call(declined);
    await call(working);
    expect(told).toEqual([]);
  });

  it('tells at most every five seconds of a dependency that fails every other call, and forgets none of it', async () => {
    for (let second = 0; second < 20; second += 1) {
      await call(down);
      await call(working);
      clock.advance(1_000);
    }
    expect(told).toHaveLength(4);
  });

  it('tells everybody, of their service only, until they go', async () => {
    const heard: string[] = [];
    recoveries.of('stripe', () => {
      throw new Error('defect');
    });
    const leave = recoveries.of('stripe', () => heard.push('stripe'));
    recoveries.of('gcs', () => heard.push('gcs'));
    policy.isolate();
    policy.reset();
    leave();
    policy.isolate();
    policy.reset();
    expect(heard).toEqual(['stripe']);
    expect(log.error).toHaveBeenCalledWith(expect.objectContaining({ service: 'stripe', err: new Error('defect') }));
  });
});
