import { faultWords } from './fault-words.ts';

const FAULT = {
  kind: 'status',
  rate: 1,
  latency_ms: 2_000,
  status: 503,
  retry_after: null,
  for_seconds: null,
  times: null,
  remaining_times: null,
  remaining_ms: null,
} as const;

describe('faultWords', () => {
  it('says what happens to every call', () => {
    expect(faultWords(FAULT)).toBe('Error status 503, every call');
    expect(faultWords({ ...FAULT, kind: 'hang' })).toBe('Hanging, every call');
    expect(faultWords({ ...FAULT, kind: 'slow', latency_ms: 750 })).toBe('Slow by 750 ms, every call');
  });

  it('says what is left', () => {
    const fault = { ...FAULT, rate: 0.125, times: 3, remaining_times: 1, for_seconds: 90, remaining_ms: 61_000 };
    expect(faultWords(fault)).toBe('Error status 503, 12.5 % of the calls · 1 call left · 1 min left');
  });

  it('says how long the caller is asked to wait', () => {
    expect(faultWords({ ...FAULT, kind: 'rate_limit', retry_after: 7 })).toBe('Rate limit, asks for 7 s, every call');
  });
});
