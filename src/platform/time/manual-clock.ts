import type { Clock } from './clock.js';

/** A clock for tests that moves only when told to. */
export class ManualClock implements Clock {
  private currentMs: number;

  constructor(start: Date = new Date('2030-01-01T00:00:00.000Z')) {
    this.currentMs = start.getTime();
  }

  now(): Date {
    return new Date(this.currentMs);
  }

  monotonicMs(): number {
    return this.currentMs;
  }

  advance(ms: number): void {
    this.currentMs += ms;
  }
}
