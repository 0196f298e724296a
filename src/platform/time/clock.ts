/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('Clock');

/** Source of time, so that logic that depends on it is tested without waiting. */
export interface Clock {
  /** Wall-clock time. */
  now(): Date;
  /** Milliseconds that never go backwards; only differences mean anything. */
  monotonicMs(): number;
}

/** The machine's own clock. */
export class SystemClock implements Clock {
  now(): Date {
    return new Date();
  }

  monotonicMs(): number {
    return performance.now();
  }
}
