import { requestIdFrom, traceIdFrom } from './request-id.js';

describe('requestIdFrom', () => {
  it.each(['12345678', 'a.b_c-D9', 'x'.repeat(64)])('takes %s over', (id) => {
    expect(requestIdFrom({ 'x-request-id': id })).toBe(id);
  });

  it.each(['1234567', 'x'.repeat(65), 'has blank 1', 'line\nbreak1', '<script>', 'ümlaut-id', ''])(
    'makes a UUIDv7 instead of %j',
    (id) => {
      expect(requestIdFrom({ 'x-request-id': id })).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
    },
  );

  it.each(['sk_live_0123456789abcdef', 'SG.0123456789.abcdef', '4242424242424242'])('takes no %s for an id', (id) => {
    expect(requestIdFrom({ 'x-request-id': id })).not.toBe(id);
  });

  it('never makes the same one twice', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => requestIdFrom({}))).size).toBe(1_000);
  });
});

describe('traceIdFrom', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

  it.each([`00-${trace}-00f067aa0ba902b7-01`, `01-${trace}-00f067aa0ba902b7-01-more`])('reads %s', (traceparent) => {
    expect(traceIdFrom({ traceparent }, 'request-1')).toBe(trace);
  });

  it('begins the trace of a request under its id', () => {
    expect(traceIdFrom({}, '0190f8a0-0000-7000-8000-000000000000')).toBe('0190f8a0000070008000000000000000');
  });

  it.each([
    `ff-${trace}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-00f067aa0ba902b7-01`,
    'nonsense',
  ])('begins a trace of its own instead of %s', (traceparent) => {
    const made = traceIdFrom({ traceparent }, 'request-1');
    expect(made).toMatch(/^[0-9a-f]{32}$/);
    expect(made).not.toBe(trace);
  });
});
