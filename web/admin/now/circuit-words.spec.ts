import { circuitWords } from './circuit-words.ts';

const NOW = Date.parse('2026-05-01T12:00:00.000Z');
const CIRCUIT = { failure_count: 0, last_failure_code: null, next_attempt_at: null, order: null } as const;

describe('circuitWords', () => {
  it('says that calls get through, or how many failed', () => {
    expect(circuitWords({ ...CIRCUIT, state: 'closed' }, NOW)).toMatchObject({
      tone: 'good',
      detail: 'Calls get through.',
    });
    const failing = { ...CIRCUIT, state: 'closed', failure_count: 2, last_failure_code: 'STRIPE_TIMEOUT' } as const;
    expect(circuitWords(failing, NOW).detail).toBe('2 failures in a row, the last STRIPE_TIMEOUT.');
  });

  it('counts down to the next attempt of an open circuit, and then waits for a call', () => {
    const open = { ...CIRCUIT, state: 'open', next_attempt_at: '2026-05-01T12:01:05.000Z' } as const;
    expect(circuitWords(open, NOW)).toEqual({ tone: 'bad', label: 'Open', detail: 'Next attempt in 1:05' });
    expect(circuitWords(open, NOW + 65_000).detail).toBe('The next call is a probe.');
  });

  it('says what an order does and for how long it stands', () => {
    const order = {
      service: 'stripe',
      action: 'isolate',
      actor: 'admin@example.com',
      reason: 'double charges',
      created_at: '2026-05-01T11:59:00.000Z',
      expires_at: '2026-05-01T12:05:00.000Z',
    } as const;
    expect(circuitWords({ ...CIRCUIT, state: 'isolated', order }, NOW)).toMatchObject({
      label: 'Forced open',
      detail: 'No call is let through for 5:00.',
    });
    expect(circuitWords({ ...CIRCUIT, state: 'disabled' }, NOW).detail).toBe('Every call is let through.');
  });
});
