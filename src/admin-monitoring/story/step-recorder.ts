import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { RequestContext } from '../../platform/http/index.js';
import { type EndedRequest, RequestEvents } from '../../platform/logging/index.js';
import { type PolicyEvent, PolicyEvents } from '../../platform/resilience/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { storableText } from '../capture/storable-text.js';
import type { RequestStepKind } from '../entities/request-step.entity.js';
import { RequestSteps } from './request-steps.js';

const MAX_LOG_LINE = 500;

/** Notes what the story of a request is made of, while it happens. */
@Injectable()
export class StepRecorder implements OnModuleInit, OnApplicationShutdown {
  private readonly detach: (() => void)[] = [];

  constructor(
    private readonly policies: PolicyEvents,
    private readonly requests: RequestEvents,
    private readonly steps: RequestSteps,
    private readonly context: RequestContext,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.detach.push(
      this.policies.subscribe((event) => {
        this.onPolicyEvent(event);
      }),
      this.requests.subscribe((request) => {
        this.onRequestEnd(request);
      }),
    );
  }

  onApplicationShutdown(): void {
    for (const detach of this.detach) detach();
  }

  /** What a policy does for the work that is going on; what it does for nobody in particular is no part of a story. */
  private onPolicyEvent(event: PolicyEvent): void {
    const { requestId, queueJobId } = this.context;
    const facts = factsOf(event);
    if (requestId === undefined || facts === null) return;
    if (queueJobId === undefined) this.steps.tellOf(requestId);
    const [kind, values] = facts;
    const atMs = this.clock.now().getTime();
    this.steps.add({ requestId, atMs, kind, queueJobId: queueJobId ?? null, facts: values });
  }

  private onRequestEnd({ requestId, trail, ...request }: EndedRequest): void {
    if (requestId === null || !this.steps.endsToldOf(requestId)) return;
    const step = { requestId, queueJobId: null };
    for (const { atMs, level, message } of trail) {
      this.steps.add({ ...step, atMs, kind: 'log', facts: { level, message: storableText(message, MAX_LOG_LINE) } });
    }
    this.steps.add({
      ...step,
      atMs: this.clock.now().getTime(),
      kind: 'request',
      facts: {
        method: request.method,
        route: request.route,
        status: request.status,
        error_code: request.errorCode,
        duration_ms: Math.round(request.durationMs * 10) / 10,
        bytes: request.bytes,
        aborted: request.aborted,
      },
    });
  }
}

function factsOf(event: PolicyEvent): readonly [RequestStepKind, Readonly<Record<string, unknown>>] | null {
  switch (event.type) {
    case 'attempt': {
      const { service, operation, attempt, outcome, code, durationMs } = event;
      return ['attempt', { service, operation, attempt, outcome, code, duration_ms: Math.round(durationMs) }];
    }
    case 'retry': {
      const { service, operation, attempt, code, delayMs } = event;
      return ['retry', { service, operation, attempt, code, delay_ms: Math.round(delayMs) }];
    }
    case 'retry_denied':
    case 'reject':
    case 'fallback': {
      const { type, ...facts } = event;
      return [type, facts];
    }
    case 'duration':
    case 'late_end':
    case 'break':
    case 'half_open':
    case 'reset':
    case 'override':
    case 'override_ended':
      // Sums of these, and what happens to a circuit whoever calls.
      return null;
  }
}
