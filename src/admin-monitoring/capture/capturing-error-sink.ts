import { Logger } from '@nestjs/common';
import type { ApiError, ErrorContext, ErrorSink } from '../../platform/errors/index.js';
import type { Clock } from '../../platform/time/index.js';
import type { Breadcrumb } from '../entities/error-event.entity.js';
import type { ErrorGrouping } from '../grouping/error-groups.js';
import { endpointOf, serviceOf } from '../grouping/error-origin.js';
import type { ErrorCounters } from './error-counters.js';
import type { ErrorSamples } from './error-samples.js';
import type { MonitoringEvents } from './monitoring-events.js';
import { describeSample, type SampleEvent, type SampleFacts } from './sample-event.js';

export interface CaptureSurroundings {
  readonly instance: string;
  readonly release: string;
  readonly clock: Clock;
  /** Log lines of the work that is going on. */
  readonly breadcrumb: () => readonly Breadcrumb[];
  /** Has more of a request kept than the error that it met. */
  readonly tellOf: (requestId: string) => void;
}

type Counted = Omit<SampleFacts, 'instance' | 'release' | 'breadcrumb'>;

/**
 * Counts every error and keeps samples, in memory: writing is somebody else's. A few looks into maps for an error that is only
 * counted; stack, causes and redaction for the few that are kept. Never throws and never waits.
 */
export class CapturingErrorSink implements ErrorSink {
  private readonly logger = new Logger('ErrorCapture');
  private failed = false;

  constructor(
    private readonly grouping: ErrorGrouping,
    private readonly counters: ErrorCounters,
    private readonly samples: ErrorSamples,
    private readonly events: MonitoringEvents,
    private readonly surroundings: CaptureSurroundings,
  ) {}

  capture(error: ApiError, context: ErrorContext): void {
    try {
      this.count(error, context);
    } catch (failure) {
      // A response must not fail because it could not be counted. That it was not is counted, and said once.
      this.counters.dropErrors(1);
      this.sayOnce('An error could not be captured', failure, error);
    }
  }

  private count(error: ApiError, context: ErrorContext): void {
    const atMs = this.surroundings.clock.now().getTime();
    const group = this.grouping.groupOf(error, context, atMs);
    const endpoint = endpointOf(context);
    const service = serviceOf(error, context) ?? '';
    this.counters.count(group, endpoint, service, atMs, context.userId);
    const event = this.samples.wants(group.id, atMs)
      ? this.keepSample(error, context, { group, endpoint, service, atMs })
      : null;
    if (!this.events.observed) return;
    this.events.publish({
      type: 'error',
      at: new Date(atMs),
      groupId: group.id,
      eventId: event?.id ?? null,
      code: error.code,
      level: error.level,
      service: service === '' ? null : service,
      operation: context.operation ?? null,
      endpoint,
      requestId: context.requestId ?? null,
    });
  }

  private keepSample(error: ApiError, context: ErrorContext, facts: Counted): SampleEvent | null {
    const { instance, release, breadcrumb, tellOf } = this.surroundings;
    try {
      const event = describeSample(error, context, { ...facts, instance, release, breadcrumb: breadcrumb() });
      this.samples.keep(event);
      if (context.kind === 'request' && context.requestId !== undefined) tellOf(context.requestId);
      return event;
    } catch (failure) {
      this.counters.dropEvents(1);
      this.sayOnce('An error was counted, but could not be described', failure, error);
      return null;
    }
  }

  private sayOnce(msg: string, failure: unknown, { code }: ApiError): void {
    if (!this.failed) this.logger.error({ msg, err: failure, code });
    this.failed = true;
  }
}
