import { type CircuitReport, mergedReport } from './circuit-report.js';

const CLOSED: CircuitReport = {
  service: 'stripe',
  state: 'closed',
  failureCount: 0,
  lastFailureAt: null,
  lastFailureCode: null,
  nextAttemptAt: null,
  activeCalls: 0,
  queuedCalls: 0,
};

describe('mergedReport', () => {
  it.each([
    [['closed', 'closed'], 'closed'],
    [['closed', 'disabled'], 'disabled'],
    [['half_open', 'disabled', 'closed'], 'half_open'],
    [['half_open', 'open'], 'open'],
    [['open', 'isolated'], 'isolated'],
    [[], 'closed'],
  ] as const)('of %j is %s', (states, expected) => {
    const reports = states.map((state) => ({ ...CLOSED, state }));
    expect(mergedReport('stripe', reports).state).toBe(expected);
  });

  it('has the longest run of failures, the latest failure, the earliest attempt, and all calls', () => {
    const merged = mergedReport('stripe', [
      {
        ...CLOSED,
        failureCount: 2,
        lastFailureAt: '2030-01-01T00:00:05.000Z',
        lastFailureCode: 'STRIPE_TIMEOUT',
        nextAttemptAt: '2030-01-01T00:01:00.000Z',
        activeCalls: 3,
        queuedCalls: 1,
      },
      {
        ...CLOSED,
        failureCount: 7,
        lastFailureAt: '2030-01-01T00:00:04.000Z',
        lastFailureCode: 'STRIPE_CONNECTION_ERROR',
        nextAttemptAt: '2030-01-01T00:00:30.000Z',
        activeCalls: 4,
      },
      CLOSED,
    ]);
    expect(merged).toEqual({
      service: 'stripe',
      state: 'closed',
      failureCount: 7,
      lastFailureAt: '2030-01-01T00:00:05.000Z',
      lastFailureCode: 'STRIPE_TIMEOUT',
      nextAttemptAt: '2030-01-01T00:00:30.000Z',
      activeCalls: 7,
      queuedCalls: 1,
    });
  });
});
