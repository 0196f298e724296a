import { InvalidFaultError, parseFault } from './fault.dto.js';

describe('parseFault', () => {
  it('fills in what is left out, or null', () => {
    expect(parseFault({ kind: 'status', rate: null })).toEqual({
      kind: 'status',
      rate: 1,
      latency_ms: 2_000,
      status: 503,
      retry_after: null,
      for_seconds: null,
      times: null,
    });
  });

  it.each([
    null,
    [],
    {},
    { kind: 'explode' },
    { kind: 'slow', latency_ms: -1 },
    { kind: 'status', status: 99 },
    { kind: 'status', status: 500.5 },
    { kind: 'reset', rate: 0 },
    { kind: 'reset', rate: 1.1 },
    { kind: 'reset', times: 0 },
    { kind: 'reset', for_seconds: '5' },
    { kind: 'reset', extra: true },
  ])('refuses %j', (body) => {
    expect(() => parseFault(body)).toThrow(InvalidFaultError);
  });
});
