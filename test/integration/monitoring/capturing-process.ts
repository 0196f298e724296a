import { mkdtemp, readdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { CaptureLoop } from '../../../src/admin-monitoring/capture/capture-loop.js';
import { CaptureStore } from '../../../src/admin-monitoring/capture/capture-store.js';
import { CapturingErrorSink } from '../../../src/admin-monitoring/capture/capturing-error-sink.js';
import { CountWriter } from '../../../src/admin-monitoring/capture/count-writer.js';
import { ErrorCounters } from '../../../src/admin-monitoring/capture/error-counters.js';
import { ErrorSamples } from '../../../src/admin-monitoring/capture/error-samples.js';
import { EventWriter } from '../../../src/admin-monitoring/capture/event-writer.js';
import { type MonitoringEvent, MonitoringEvents } from '../../../src/admin-monitoring/capture/monitoring-events.js';
import { Spool } from '../../../src/admin-monitoring/capture/spool.js';
import { ErrorGrouping } from '../../../src/admin-monitoring/grouping/error-groups.js';
import { RequestSteps } from '../../../src/admin-monitoring/story/request-steps.js';
import { StepWriter } from '../../../src/admin-monitoring/story/step-writer.js';
import { testConfig } from '../../../src/config/testing.js';
import { openSmallPool } from '../../../src/platform/database/index.js';
import { ApiError, type ErrorContext } from '../../../src/platform/errors/index.js';
import { newId } from '../../../src/platform/time/index.js';
import type { ManualClock } from '../../../src/platform/time/manual-clock.js';

export async function newStateDirectory(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'oriel-errors-'));
}

/** The capture of one process: everything in it is real but the clock, and rounds run when they are asked for. */
export class CapturingProcess {
  readonly counters = new ErrorCounters();
  readonly samples = new ErrorSamples();
  readonly published: MonitoringEvent[] = [];
  readonly sink: CapturingErrorSink;
  readonly store: CaptureStore;
  private readonly loop: CaptureLoop;

  private constructor(
    readonly directory: string,
    private readonly clock: ManualClock,
    release: string,
    pool: Pool,
  ) {
    const events = new MonitoringEvents();
    events.subscribe((event) => this.published.push(event));
    const steps = new RequestSteps('test');
    const surroundings = { instance: 'test', release, clock, breadcrumb: () => [], tellOf: () => undefined };
    this.sink = new CapturingErrorSink(new ErrorGrouping(), this.counters, this.samples, events, surroundings);
    const writer = newId();
    const spool = new Spool(directory, writer);
    this.store = new CaptureStore(
      { writer, instance: 'test', release },
      this.counters,
      this.samples,
      steps,
      { counts: new CountWriter(pool, events, clock), events: new EventWriter(pool), steps: new StepWriter(pool) },
      spool,
      clock,
    );
    this.loop = new CaptureLoop(this.store, spool, pool, clock);
  }

  static start(url: string, directory: string, clock: ManualClock, release = '1.0.0'): CapturingProcess {
    const config = testConfig({ database: { url } });
    const limits = { purpose: 'test', max: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 30_000 };
    return new CapturingProcess(directory, clock, release, openSmallPool(url, config, limits));
  }

  capture(code: ConstructorParameters<typeof ApiError>[0], context: Partial<ErrorContext> = {}, times = 1): void {
    for (let time = 0; time < times; time += 1) {
      this.sink.capture(new ApiError(code), { kind: 'request', endpoint: 'GET /x', ...context });
    }
  }

  /** What the timer does once a second. */
  async round(): Promise<void> {
    await this.loop.round();
  }

  /** As at SIGTERM. */
  async stop(): Promise<void> {
    await this.loop.stop();
  }

  now(): Date {
    return this.clock.now();
  }
}

/** Makes the spools in a directory look as if their process were gone, which in a test it is not. */
export async function bury(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const [host, , , ...rest] = name.split('.');
    await rename(join(directory, name), join(directory, [host, '4194305', '1', ...rest].join('.')));
  }
}
