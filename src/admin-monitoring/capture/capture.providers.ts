import { join } from 'node:path';
import type { Provider } from '@nestjs/common';
import type { Pool } from 'pg';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { DATABASE_URL, openSmallPool } from '../../platform/database/index.js';
import { RequestContext } from '../../platform/http/index.js';
import { CLOCK, type Clock, newId } from '../../platform/time/index.js';
import type { Breadcrumb } from '../entities/error-event.entity.js';
import { ErrorGrouping } from '../grouping/error-groups.js';
import { RequestSteps } from '../story/request-steps.js';
import { StepWriter } from '../story/step-writer.js';
import { CaptureLifecycle } from './capture-lifecycle.js';
import { CaptureLoop } from './capture-loop.js';
import { CaptureStore, type StoreIdentity, type StoreWriters } from './capture-store.js';
import { CapturingErrorSink } from './capturing-error-sink.js';
import { CountWriter } from './count-writer.js';
import { ErrorCounters } from './error-counters.js';
import { ErrorSamples } from './error-samples.js';
import { EventWriter } from './event-writer.js';
import { MonitoringEvents } from './monitoring-events.js';
import { Spool } from './spool.js';

const STORE_POOL = Symbol('ErrorStorePool');
const STORE_WRITERS = Symbol('ErrorStoreWriters');
const STORE_IDENTITY = Symbol('ErrorStoreIdentity');

/**
 * Shorter than elsewhere: while a round waits, what is counted meanwhile is in memory only, and there is always the disk. One connection
 * writes, one round at a time.
 */
const POOL = { purpose: 'monitoring', max: 1, connectTimeoutMs: 2_000, statementTimeoutMs: 5_000 } as const;

/** Where errors wait that PostgreSQL did not take. */
function spoolDirectory({ stateDir }: AppConfig): string {
  return join(stateDir, 'errors');
}

function breadcrumbOf({ trail }: RequestContext): readonly Breadcrumb[] {
  return trail.map(({ atMs, ...line }) => ({ at: new Date(atMs).toISOString(), ...line }));
}

/** From the sink to the tables. */
export const CAPTURE_PROVIDERS: readonly Provider[] = [
  {
    provide: STORE_IDENTITY,
    inject: [APP_CONFIG],
    useFactory: ({ instanceId, version }: AppConfig): StoreIdentity => ({
      writer: newId(),
      instance: instanceId,
      release: version,
    }),
  },
  {
    provide: STORE_POOL,
    inject: [DATABASE_URL, APP_CONFIG],
    useFactory: (url: string, config: AppConfig): Pool => openSmallPool(url, config, POOL),
  },
  { provide: ErrorGrouping, useFactory: () => new ErrorGrouping() },
  { provide: ErrorCounters, useFactory: () => new ErrorCounters() },
  { provide: ErrorSamples, useFactory: () => new ErrorSamples() },
  {
    provide: Spool,
    inject: [APP_CONFIG, STORE_IDENTITY],
    useFactory: (config: AppConfig, { writer }: StoreIdentity) => new Spool(spoolDirectory(config), writer),
  },
  {
    provide: RequestSteps,
    inject: [APP_CONFIG],
    useFactory: ({ instanceId }: AppConfig) => new RequestSteps(instanceId),
  },
  {
    provide: STORE_WRITERS,
    inject: [STORE_POOL, MonitoringEvents, CLOCK],
    useFactory: (pool: Pool, events: MonitoringEvents, clock: Clock): StoreWriters => ({
      counts: new CountWriter(pool, events, clock),
      events: new EventWriter(pool),
      steps: new StepWriter(pool),
    }),
  },
  {
    provide: CaptureStore,
    inject: [STORE_IDENTITY, ErrorCounters, ErrorSamples, RequestSteps, STORE_WRITERS, Spool, CLOCK],
    useFactory: (...parts: ConstructorParameters<typeof CaptureStore>) => new CaptureStore(...parts),
  },
  {
    provide: CaptureLoop,
    inject: [CaptureStore, Spool, STORE_POOL, CLOCK],
    useFactory: (store: CaptureStore, spool: Spool, pool: Pool, clock: Clock) =>
      new CaptureLoop(store, spool, pool, clock),
  },
  {
    provide: CapturingErrorSink,
    inject: [
      ErrorGrouping,
      ErrorCounters,
      ErrorSamples,
      MonitoringEvents,
      APP_CONFIG,
      CLOCK,
      RequestContext,
      RequestSteps,
    ],
    useFactory: (
      grouping: ErrorGrouping,
      counters: ErrorCounters,
      samples: ErrorSamples,
      events: MonitoringEvents,
      { instanceId: instance, version: release }: AppConfig,
      clock: Clock,
      context: RequestContext,
      steps: RequestSteps,
    ) =>
      new CapturingErrorSink(grouping, counters, samples, events, {
        instance,
        release,
        clock,
        breadcrumb: () => breadcrumbOf(context),
        tellOf: (requestId) => {
          steps.tellOf(requestId);
        },
      }),
  },
  CaptureLifecycle,
];
