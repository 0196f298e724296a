import { ApiError } from '../errors/index.js';
import type { ExecuteOptions, ServicePolicy } from '../resilience/index.js';
import { passThroughPolicy } from '../resilience/testing.js';
import { ManualClock } from '../time/manual-clock.js';
import { DependencyProbe } from './dependency-probe.js';

describe('DependencyProbe', () => {
  let clock: ManualClock;
  let pings: number;
  let answer: () => Promise<void>;

  beforeEach(() => {
    clock = new ManualClock();
    pings = 0;
    answer = async () => undefined;
  });

  function probe(policy: ServicePolicy = passThroughPolicy('stripe')): DependencyProbe {
    const ping = async (): Promise<void> => {
      pings += 1;
      await answer();
    };
    return new DependencyProbe(policy, ping, clock);
  }

  it('is up while the third party answers', async () => {
    expect(await probe().check()).toEqual({ status: 'up', details: { circuit: 'closed' } });
  });

  it.each([
    [new ApiError('STRIPE_AUTH_ERROR'), 'STRIPE_AUTH_ERROR'],
    [new Error('connect ECONNREFUSED 10.0.0.7'), 'INTERNAL_SERVER_ERROR'],
  ])('is degraded by %s, and names the code only', async (fault, reason) => {
    answer = async () => Promise.reject(fault);
    const asked = probe();
    expect(await asked.fault()).toBe(reason);
    expect(await asked.check()).toEqual({ status: 'degraded', reason, details: { circuit: 'closed' } });
  });

  it('asks once for all who look within ten seconds, whatever the finding', async () => {
    answer = async () => Promise.reject(new ApiError('STRIPE_TIMEOUT'));
    const asked = probe();
    await Promise.all(Array.from({ length: 20 }, () => asked.check()));
    clock.advance(9_999);
    await asked.check();
    expect(pings).toBe(1);
    answer = async () => undefined;
    clock.advance(1);
    expect(await asked.check()).toMatchObject({ status: 'up' });
    expect(pings).toBe(2);
  });

  it('tells how the circuit stands now, also with an older finding', async () => {
    const policy = { ...passThroughPolicy('stripe'), state: 'closed' as ServicePolicy['state'] };
    const asked = probe(policy);
    await asked.check();
    policy.state = 'isolated';
    expect(await asked.check()).toEqual({ status: 'up', details: { circuit: 'isolated' } });
    expect(pings).toBe(1);
  });

  it('asks without repeating, and ends before the check would be called hanging', async () => {
    let used: ExecuteOptions<unknown> = {};
    const policy: ServicePolicy = {
      ...passThroughPolicy('stripe'),
      execute: async (_operation, work, options = {}) => {
        used = options;
        return await work({ signal: new AbortController().signal, attempt: 1 });
      },
    };
    await probe(policy).check();
    expect(used.maxRetries).toBe(0);
    expect(used.totalTimeoutMs).toBeLessThan(2_000);
  });
});
