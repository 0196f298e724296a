import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { ClsService, type ClsStore } from 'nestjs-cls';
import type { WorkFacts } from '../errors/index.js';

/** What every log line, error and job of a request carries along. */
export type ContextValues = Readonly<WorkFacts>;

/** A line of the log, as far as it helps to understand an error that comes after it. */
export interface TrailLine {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly level: string;
  readonly message: string;
}

/** Lines that are remembered of one request or job; the newest ones. */
const TRAIL_LINES = 20;

/** The values of one context as they are kept: one object, changed in place, so that every holder sees the latest. */
type ContextStore = ClsStore & WorkFacts & { trail?: TrailLine[] };

/** What was logged so far in the context that these facts are of, oldest first. */
export function trailOf(facts: WorkFacts | undefined): readonly TrailLine[] {
  return (facts as ContextStore | undefined)?.trail ?? [];
}

/** Whose work this is: the request or job that the running code belongs to, however deep it is called. */
@Injectable()
export class RequestContext {
  constructor(private readonly cls: ClsService<ContextStore>) {}

  /** A context of its own, without the application: for tests and for work outside it. */
  static standalone(): RequestContext {
    return new RequestContext(new ClsService<ContextStore>(new AsyncLocalStorage<ContextStore>()));
  }

  get requestId(): string | undefined {
    return this.store?.requestId;
  }

  get userId(): string | undefined {
    return this.store?.userId;
  }

  get endpoint(): string | undefined {
    return this.store?.endpoint;
  }

  get jobId(): string | undefined {
    return this.store?.jobId;
  }

  get queueJobId(): string | undefined {
    return this.store?.queueJobId;
  }

  get traceId(): string | undefined {
    return this.store?.traceId;
  }

  /** What was logged in this context so far, oldest first. */
  get trail(): readonly TrailLine[] {
    return trailOf(this.store);
  }

  /** Adds a log line to the trail of the current context, if there is one. It must be redacted. */
  leaveTrail(level: string, message: string): void {
    const { store } = this;
    if (store === undefined) return;
    const trail = (store.trail ??= []);
    if (trail.length >= TRAIL_LINES) trail.shift();
    trail.push({ atMs: Date.now(), level, message });
  }

  /** All values of the current context; undefined outside of one. */
  get values(): ContextValues | undefined {
    return this.store;
  }

  /** Adds a value to the current context; outside of one there is nothing to add to, and nothing happens. */
  set<Key extends keyof ContextValues>(key: Key, value: NonNullable<ContextValues[Key]>): void {
    const { store } = this;
    if (store !== undefined) store[key] = value;
  }

  /** Runs `work` in a context of its own: what a job does first. */
  run<T>(values: ContextValues, work: () => T): T {
    return this.cls.runWith({ ...values }, work);
  }

  /** Runs `work` in a context that somebody else holds on to, such as the one of a request between its hooks. */
  runIn<T>(store: WorkFacts, work: () => T): T {
    return this.cls.runWith(store, work);
  }

  /** Whether the running code is in just this context. */
  isIn(store: WorkFacts): boolean {
    return this.store === store;
  }

  private get store(): ContextStore | undefined {
    return this.cls.isActive() ? this.cls.get() : undefined;
  }
}
