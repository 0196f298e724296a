interface Waiter {
  readonly admit: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** Thrown by {@link Bulkhead.enter} when all places and all waiting places are taken. */
export class BulkheadFullError extends Error {
  override readonly name = 'BulkheadFullError';
}

/**
 * Limits the calls that run at once. Unlike a wrapper around the work, a place is held until it is given back,
 * so that work which ignores its cancellation goes on counting; and a caller who gives up leaves the queue at once.
 */
export class Bulkhead {
  private readonly waiters: Waiter[] = [];
  private taken = 0;

  /**
   * @param places calls that may run at once
   * @param queue calls that may wait for a place
   */
  constructor(
    private readonly places: number,
    private readonly queue: number,
  ) {}

  get active(): number {
    return this.taken;
  }

  get waiting(): number {
    return this.waiters.length;
  }

  /** Takes a place if one is free; true means {@link leave} must follow. */
  tryEnter(): boolean {
    if (this.taken >= this.places) return false;
    this.taken += 1;
    return true;
  }

  /**
   * Waits for a place in the order of arrival; when it resolves, {@link leave} must follow.
   * @param signal its abort ends the waiting with its reason
   * @throws BulkheadFullError when the queue is full, the signal's reason, or what {@link refuseWaiting} was given
   */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.tryEnter()) return;
    if (this.waiters.length >= this.queue) throw new BulkheadFullError('All places of the bulkhead are taken');
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.waiters.splice(this.waiters.indexOf(waiter), 1);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        admit: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
        refuse: (reason) => {
          signal.removeEventListener('abort', onAbort);
          reject(reason);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiters.push(waiter);
    });
  }

  /** Gives the place back, to the longest waiting caller if there is one. */
  leave(): void {
    const next = this.waiters.shift();
    if (next === undefined) this.taken -= 1;
    else next.admit();
  }

  /** Ends the waiting of everybody in the queue with `reason`. */
  refuseWaiting(reason: unknown): void {
    for (const waiter of this.waiters.splice(0)) waiter.refuse(reason);
  }
}
