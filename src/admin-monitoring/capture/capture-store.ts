import { Logger } from '@nestjs/common';
import type { Clock } from '../../platform/time/index.js';
import type { RequestSteps, WaitingStep } from '../story/request-steps.js';
import type { StepWriter } from '../story/step-writer.js';
import { type CountBatch, errorsIn } from './count-batch.js';
import type { CountWriter } from './count-writer.js';
import type { ErrorCounters } from './error-counters.js';
import type { ErrorSamples } from './error-samples.js';
import type { EventWriter } from './event-writer.js';
import type { SampleEvent } from './sample-event.js';
import type { Spool } from './spool.js';
import type { SpoolRecord } from './spool-file.js';

/** What spooled errors may take of one round; the rest comes in the next. */
const DRAIN_MS = 1_000;
/** How long after an outage was logged it is logged again. */
const REPEAT_MS = 60_000;

export interface StoreIdentity {
  /** Id of this run of the process. */
  readonly writer: string;
  readonly instance: string;
  readonly release: string;
}

/** What writes to PostgreSQL. */
export interface StoreWriters {
  readonly counts: Pick<CountWriter, 'write'>;
  readonly events: Pick<EventWriter, 'write'>;
  readonly steps: Pick<StepWriter, 'write'>;
}

/** What is kept beside the counters, as far as there is room. */
interface Details {
  readonly events: readonly SampleEvent[];
  readonly steps: readonly WaitingStep[];
}

function isEmpty({ events, steps }: Details): boolean {
  return events.length === 0 && steps.length === 0;
}

export interface StoreStatus {
  /** Since when PostgreSQL does not take errors; null while it does. */
  readonly outageSince: Date | null;
  readonly lastStoredAt: Date | null;
  /** Bytes that wait on disk. */
  readonly spooledBytes: number;
  /** Errors in a batch that neither PostgreSQL nor the disk took. */
  readonly heldErrors: number;
}

/**
 * Moves what was captured from memory to PostgreSQL, or to the disk where that is away, one round at a time. A batch is frozen when
 * its round begins: it keeps its number and its content until one of the two has it.
 */
export class CaptureStore {
  private readonly logger = new Logger('ErrorStore');
  private lastNumber = 0;
  /** The batch that nobody has taken yet. */
  private frozen: CountBatch | null = null;
  private outageSince: Date | null = null;
  private outageLoggedMs = -Infinity;
  private lastStoredAt: Date | null = null;

  constructor(
    private readonly identity: StoreIdentity,
    private readonly counters: ErrorCounters,
    private readonly samples: ErrorSamples,
    private readonly steps: RequestSteps,
    private readonly writers: StoreWriters,
    private readonly spool: Spool,
    private readonly clock: Clock,
  ) {}

  status(): StoreStatus {
    return {
      outageSince: this.outageSince,
      lastStoredAt: this.lastStoredAt,
      spooledBytes: this.spool.sizeBytes,
      heldErrors: this.frozen === null ? 0 : errorsIn(this.frozen),
    };
  }

  /** One round. Never rejects. Rounds must not overlap. */
  async round(): Promise<void> {
    this.freeze();
    const details = { events: this.samples.takeWaiting(), steps: this.steps.takeWaiting() };
    this.counters.dropEvents(this.steps.takeDropped());
    if (this.frozen === null && isEmpty(details) && this.spool.isEmpty) return;
    const stored = await this.store(details);
    if (!stored) await this.putAside(details);
  }

  /** Whether everything that was captured is stored or on disk. */
  get isSettled(): boolean {
    return this.frozen === null && this.counters.size === 0;
  }

  private freeze(): void {
    if (this.frozen !== null) return;
    const counted = this.counters.take();
    if (counted === null) return;
    this.lastNumber += 1;
    this.frozen = { ...this.identity, ...counted, number: this.lastNumber };
  }

  /** What is spooled goes first: the numbers of a writer arrive in their order. */
  private async store(details: Details): Promise<boolean> {
    try {
      const endMs = this.clock.monotonicMs() + DRAIN_MS;
      const drained = await this.spool.drain(
        async (records) => await this.storeRecords(records),
        () => this.clock.monotonicMs() < endMs,
      );
      this.counters.dropEvents(this.spool.takeCorrupt());
      if (!drained) return false;
      if (this.frozen !== null) this.counters.dropErrors(await this.writers.counts.write([this.frozen]));
      this.frozen = null;
      this.counters.dropEvents(await this.writers.events.write(details.events));
      this.counters.dropEvents(await this.writers.steps.write(details.steps));
      this.endOutage();
      return true;
    } catch (err) {
      this.reportOutage(err);
      return false;
    }
  }

  private async storeRecords(records: readonly SpoolRecord[]): Promise<void> {
    let batches: CountBatch[] = [];
    const storeBatches = async (): Promise<void> => {
      this.counters.dropErrors(await this.writers.counts.write(batches));
      batches = [];
    };
    for (const record of records) {
      if (record.kind === 'events') {
        this.counters.dropEvents(await this.writers.events.write(record.events));
      } else if (record.kind === 'steps') {
        this.counters.dropEvents(await this.writers.steps.write(record.steps));
      } else {
        if (batches[0] !== undefined && batches[0].writer !== record.batch.writer) await storeBatches();
        batches.push(record.batch);
      }
    }
    await storeBatches();
  }

  /** Onto the disk. Where that fails too, counters stay in memory, where they have room; events and steps do not. */
  private async putAside({ events, steps }: Details): Promise<void> {
    if (this.frozen !== null && (await this.spool.add({ kind: 'counts', batch: this.frozen }))) this.frozen = null;
    if (events.length > 0 && !(await this.spool.add({ kind: 'events', events }))) {
      this.counters.dropEvents(events.length);
    }
    if (steps.length > 0 && !(await this.spool.add({ kind: 'steps', steps }))) this.counters.dropEvents(steps.length);
  }

  private reportOutage(err: unknown): void {
    const nowMs = this.clock.monotonicMs();
    this.outageSince ??= this.clock.now();
    if (nowMs - this.outageLoggedMs < REPEAT_MS) return;
    this.outageLoggedMs = nowMs;
    this.logger.warn({ msg: 'Errors cannot be stored and wait on disk', err, since: this.outageSince.toISOString() });
  }

  private endOutage(): void {
    this.lastStoredAt = this.clock.now();
    if (this.outageSince === null) return;
    this.logger.log({ msg: 'Errors are stored again', since: this.outageSince.toISOString() });
    this.outageSince = null;
    this.outageLoggedMs = -Infinity;
  }
}
