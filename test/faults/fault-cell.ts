import type { ErrorCode } from '../../src/platform/errors/index.js';
import type { DoubledService } from '../support/sandbox-view.js';
import type { FaultBed } from './fault-bed.js';
import type { Observation } from './observation.js';

/** One cell of the fault matrix: a dependency, a way in which it fails, and what must come of it. */
export interface FaultCell {
  readonly dependency: string;
  readonly fault: string;
  /** Whether `npm test` runs it; the others run with the whole matrix only. */
  readonly fast?: boolean;
  /** Settings that only this cell needs. The product is started anew with them, and without them for the next cell. */
  readonly env?: Readonly<Record<string, string>>;
  /** Readies, while all is well, what the story needs. */
  readonly prepare: (bed: FaultBed) => Promise<FaultStory>;
}

/** What happens in a cell, in this order; `runCell` tells it and judges it. */
export interface FaultStory {
  /** The fault begins. */
  readonly inject: () => Promise<void>;
  /** What customers do meanwhile and what they get; assertion 1. */
  readonly exercise: () => Promise<readonly Observation[]>;
  /** Assertion 2; null where no circuit has a part in it. */
  readonly breaker: BreakerExpectation | null;
  /** Assertion 3. */
  readonly disturbance: Disturbance | Unmeasured;
  /** The fault ends. Nothing else may be done here that heals. */
  readonly lift: () => Promise<void>;
  /** What must come true after that by itself; assertion 4. Circuits that opened must close in any case. */
  readonly healing: readonly Healing[];
  /** Limit of the healing in milliseconds. */
  readonly healWithinMs: number;
  /** What customers do afterwards and what they get. */
  readonly afterwards?: () => Promise<readonly Observation[]>;
}

export interface BreakerExpectation {
  readonly service: DoubledService | 'rendering';
  /** Whether the circuit of a process that keeps calling opens, or the fault is none that counts. */
  readonly opens: boolean;
}

/** One go at what fails, for other routes to be measured while it is under way: before the fault, and again under it. */
export interface Disturbance {
  readonly meet: () => Promise<void>;
  /** The same without the fault's part in it, where `meet` brings that part with it. */
  readonly without?: () => Promise<void>;
  /** Routes that need nothing of what fails; by default three that only need the database. */
  readonly routes?: readonly string[];
  /** True to let the worker stand still: for work that leads to renders, which would take the processor from the API. */
  readonly suspendWorker?: boolean;
}

/** A cell in which the rate of other routes is not measured, and why; the table says so. */
export interface Unmeasured {
  readonly unmeasured: string;
}

export interface Healing {
  readonly what: string;
  readonly holds: () => Promise<boolean>;
}

/** What a caller must get. */
export type Expectation =
  | { readonly kind: 'success'; readonly status: number; readonly withinMs: number }
  | { readonly kind: 'refusal'; readonly codes: readonly ErrorCode[]; readonly withinMs: number };
