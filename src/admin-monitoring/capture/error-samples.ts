import type { SampleEvent } from './sample-event.js';

const MINUTE_MS = 60_000;
const PER_GROUP_AND_MINUTE = 50;
/** Over all groups: what a flood of different errors may cost. */
const PER_MINUTE = 1_000;
/** Events shown while PostgreSQL is away; the newest ones. */
const REMEMBERED = 250;

/** Decides which errors are kept with all their facts, and keeps these: until they are stored, and the newest of them for good. */
export class ErrorSamples {
  private minute = -1;
  private takenInMinute = 0;
  private readonly taken = new Map<string, number>();
  private waiting: SampleEvent[] = [];
  private readonly ring: SampleEvent[] = [];
  private ringStart = 0;

  /** Whether the next error of a group is to be kept; counts it if so. */
  wants(groupId: string, atMs: number): boolean {
    const minute = Math.floor(atMs / MINUTE_MS);
    if (minute !== this.minute) {
      this.minute = minute;
      this.takenInMinute = 0;
      this.taken.clear();
    }
    const taken = this.taken.get(groupId) ?? 0;
    if (taken >= PER_GROUP_AND_MINUTE || this.takenInMinute >= PER_MINUTE) return false;
    this.taken.set(groupId, taken + 1);
    this.takenInMinute += 1;
    return true;
  }

  keep(event: SampleEvent): void {
    this.waiting.push(event);
    if (this.ring.length < REMEMBERED) {
      this.ring.push(event);
    } else {
      this.ring[this.ringStart] = event;
      this.ringStart = (this.ringStart + 1) % REMEMBERED;
    }
  }

  /** Takes away what waits to be stored. */
  takeWaiting(): readonly SampleEvent[] {
    const { waiting } = this;
    this.waiting = [];
    return waiting;
  }

  /** The newest events of this process, newest first. */
  recent(): readonly SampleEvent[] {
    return [...this.ring.slice(this.ringStart), ...this.ring.slice(0, this.ringStart)].toReversed();
  }
}
