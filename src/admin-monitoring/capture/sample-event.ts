import { type ApiError, describeChain, type ErrorContext } from '../../platform/errors/index.js';
import { newId } from '../../platform/time/index.js';
import type { Breadcrumb, ChainLink, ErrorEvent } from '../entities/error-event.entity.js';
import { type GroupFacts, isDefect } from '../grouping/error-groups.js';
import { storableText } from './storable-text.js';

const MAX_MESSAGE = 2_000;
const MAX_STACK = 6_000;
const MAX_LINKS = 5;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A row of `error_events` that is not stored yet. */
export type SampleEvent = Readonly<ErrorEvent>;

export interface SampleFacts {
  readonly group: GroupFacts;
  readonly endpoint: string;
  readonly service: string;
  readonly atMs: number;
  readonly instance: string;
  readonly release: string;
  readonly breadcrumb: readonly Breadcrumb[];
}

/** An error with everything that helps to understand it, redacted and bounded: some ten kilobytes at the most usual. */
export function describeSample(error: ApiError, context: ErrorContext, facts: SampleFacts): SampleEvent {
  const withStacks = error.status >= 500 || context.kind !== 'request';
  const chain = describeChain(error)
    .slice(0, MAX_LINKS)
    .map(({ name, message, stack }): ChainLink => ({
      error_class: storableText(name, 100),
      message: storableText(message, MAX_MESSAGE),
      stack: withStacks && stack !== undefined ? storableText(stack, MAX_STACK) : null,
    }));
  return {
    id: newId(),
    groupId: facts.group.id,
    occurredAt: new Date(facts.atMs),
    level: error.level,
    code: error.code,
    // What a caller reads of a defect is the same for all; its cause says what happened.
    message: (isDefect(error) ? chain[1] : chain[0])?.message ?? chain[0]?.message ?? '',
    status: error.status,
    service: facts.service === '' ? null : facts.service,
    operation: context.operation ?? null,
    endpoint: facts.endpoint,
    requestId: context.requestId ?? null,
    userId: uuidOrNull(context.userId),
    jobId: uuidOrNull(context.jobId),
    queueJobId: context.queueJobId ?? null,
    instance: facts.instance,
    release: facts.release,
    chain,
    breadcrumb: facts.breadcrumb.map(({ at, level, message }) => ({ at, level, message: storableText(message, 500) })),
  };
}

function uuidOrNull(value: string | undefined): string | null {
  return value !== undefined && UUID.test(value) ? value : null;
}
