import { newId } from '../../platform/time/index.js';
import type { RequestStepKind } from '../entities/request-step.entity.js';

/** Steps that may wait to be stored; the next ones are dropped and counted. */
const MAX_WAITING = 5_000;
/** Requests whose story is told that may be under way at once; beyond it the oldest ends without its last lines. */
const MAX_TOLD = 10_000;

/** A row of `request_steps` that is not stored yet. Plain JSON: it may go through a file. */
export interface WaitingStep {
  readonly id: string;
  readonly requestId: string;
  readonly atMs: number;
  readonly kind: RequestStepKind;
  readonly queueJobId: string | null;
  readonly instance: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Steps of requests until they are stored. Only some requests are told of: those that failed, and those that asked a dependency. */
export class RequestSteps {
  private waiting: WaitingStep[] = [];
  private readonly told = new Set<string>();
  private dropped = 0;

  constructor(private readonly instance: string) {}

  /** Has the line of this request kept when it ends, with its log lines. */
  tellOf(requestId: string): void {
    if (this.told.has(requestId)) return;
    const [oldest] = this.told;
    if (this.told.size >= MAX_TOLD && oldest !== undefined) this.told.delete(oldest);
    this.told.add(requestId);
  }

  /** Whether the line of a request that ends is to be kept; asked once. */
  endsToldOf(requestId: string): boolean {
    return this.told.delete(requestId);
  }

  add(step: Omit<WaitingStep, 'id' | 'instance'>): void {
    if (this.waiting.length >= MAX_WAITING) this.dropped += 1;
    else this.waiting.push({ id: newId(), instance: this.instance, ...step });
  }

  /** Takes away what waits to be stored. */
  takeWaiting(): readonly WaitingStep[] {
    const { waiting } = this;
    this.waiting = [];
    return waiting;
  }

  /** Steps dropped since the last call. */
  takeDropped(): number {
    const { dropped } = this;
    this.dropped = 0;
    return dropped;
  }
}
