import { jest } from '@jest/globals';
import { StallGuard } from './stall-guard.js';

describe('StallGuard', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('aborts after a silence, with a time-out as the reason', () => {
    using guard = new StallGuard(1_000, new AbortController().signal);
    jest.advanceTimersByTime(999);
    expect(guard.signal.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(guard.signal.reason).toMatchObject({ code: 'GCS_TIMEOUT', retryable: true });
  });

  it('starts anew whenever something moves', () => {
    using guard = new StallGuard(1_000, new AbortController().signal);
    for (let second = 0; second < 5; second += 1) {
      jest.advanceTimersByTime(900);
      guard.touch();
    }
    expect(guard.signal.aborted).toBe(false);
  });

  it('aborts with its parent and leaves no timer', () => {
    const parent = new AbortController();
    {
      using guard = new StallGuard(1_000, parent.signal);
      parent.abort(new Error('enough'));
      expect(guard.signal.reason).toMatchObject({ message: 'enough' });
    }
    expect(jest.getTimerCount()).toBe(0);
  });
});
