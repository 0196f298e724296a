import { RequestSteps } from './request-steps.js';

describe('RequestSteps', () => {
  it('tells once of a request at its end', () => {
    const steps = new RequestSteps('test');
    steps.tellOf('a');
    steps.tellOf('a');
    expect(steps.endsToldOf('a')).toBe(true);
    expect(steps.endsToldOf('a')).toBe(false);
    expect(steps.endsToldOf('b')).toBe(false);
  });

  it('forgets the oldest of too many requests that never end', () => {
    const steps = new RequestSteps('test');
    for (let number = 0; number <= 10_000; number += 1) steps.tellOf(String(number));
    expect(steps.endsToldOf('0')).toBe(false);
    expect(steps.endsToldOf('1')).toBe(true);
    expect(steps.endsToldOf('10000')).toBe(true);
  });

  it('holds a bounded number of steps, and counts what it had no room for', () => {
    const steps = new RequestSteps('test');
    const step = { requestId: 'a', atMs: 0, kind: 'log', queueJobId: null, facts: {} } as const;
    for (let number = 0; number < 5_007; number += 1) steps.add(step);
    expect(steps.takeWaiting()).toHaveLength(5_000);
    expect([steps.takeDropped(), steps.takeDropped()]).toEqual([7, 0]);
    steps.add(step);
    expect(steps.takeWaiting()).toEqual([{ ...step, id: expect.any(String), instance: 'test' }]);
  });
});
