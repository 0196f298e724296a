import { CountField, Field, IdField, TimeField } from '../../../platform/http/index.js';
import type { FoundObject, ObjectKind, ObjectLocation, ObjectStatus } from '../../../storage/index.js';
import { ErrorListItem } from '../../api/dto/recent-errors.response.js';
import { wireError } from '../../api/wire-errors.js';
import { AuditEntryResponse, wireAuditEntry } from '../../audit/dto/audit.response.js';
import type { RequestStep, RequestStepKind } from '../../entities/request-step.entity.js';
import { OperatorEmail, wireEmail } from '../../operations/dto/emails.dto.js';
import { OperatorJob, wireJob } from '../../operations/dto/jobs.dto.js';
import type { RequestStory } from '../request-stories.js';

const STEP_KINDS = [
  'request',
  'log',
  'attempt',
  'retry',
  'retry_denied',
  'reject',
  'fallback',
] as const satisfies readonly RequestStepKind[];

/** Something that happened in a request or in a job that it started. */
export class StoryStep {
  @TimeField()
  readonly at!: string;

  @Field({
    enum: STEP_KINDS,
    enumName: 'RequestStepKind',
    description: '`request` is the line at its end, `log` a line of the log, `attempt` a call to a dependency',
  })
  readonly kind!: RequestStepKind;

  @Field({
    type: String,
    nullable: true,
    description: 'The job of the queue it happened in; null in the request itself',
  })
  readonly queue_job_id!: string | null;

  @Field({ example: 'api-7d9f-12' })
  readonly instance!: string;

  @Field({
    type: 'object',
    additionalProperties: true,
    example: { service: 'gcs', operation: 'upload', attempt: 1, outcome: 'success', code: null, duration_ms: 84 },
  })
  readonly facts!: object;
}

/** An object that was stored. */
export class StoryObject {
  @IdField()
  readonly id!: string;

  @Field()
  readonly key!: string;

  @Field({ enum: ['audio', 'video', 'thumbnail'], enumName: 'ObjectKind' })
  readonly kind!: ObjectKind;

  @CountField()
  readonly size_bytes!: number;

  @Field({ enum: ['pending', 'stored', 'removing', 'removed'], enumName: 'ObjectStatus' })
  readonly status!: ObjectStatus;

  @Field({ enum: ['gcs', 'local'], enumName: 'ObjectLocation', nullable: true })
  readonly location!: ObjectLocation | null;

  @TimeField()
  readonly created_at!: string;

  @TimeField({ nullable: true })
  readonly stored_at!: string | null;

  @Field({ type: String, nullable: true })
  readonly last_error_code!: string | null;
}

export class Story {
  @Field()
  readonly request_id!: string;

  @Field({ type: StoryStep, nullable: true, description: 'The line at its end; null when there is none yet' })
  readonly request!: StoryStep | null;

  @Field({ type: [StoryStep], description: 'Oldest first' })
  readonly steps!: readonly StoryStep[];

  @Field({ type: [ErrorListItem] })
  readonly errors!: readonly ErrorListItem[];

  @Field({ type: [OperatorJob] })
  readonly jobs!: readonly OperatorJob[];

  @Field({ type: [StoryObject] })
  readonly objects!: readonly StoryObject[];

  @Field({ type: [OperatorEmail] })
  readonly emails!: readonly OperatorEmail[];

  @Field({ type: [AuditEntryResponse], description: 'What an administrator changed with it' })
  readonly changes!: readonly AuditEntryResponse[];
}

export class StoryResponse {
  @Field()
  readonly data!: Story;
}

export function wireStory(requestId: string, story: RequestStory): Story {
  const steps = story.steps.map(wireStep);
  return {
    request_id: requestId,
    request: steps.find(({ kind }) => kind === 'request') ?? null,
    steps,
    errors: story.errors.map(wireError),
    jobs: story.jobs.map(wireJob),
    objects: story.objects.map(wireObject),
    emails: story.emails.map(wireEmail),
    changes: story.changes.map(wireAuditEntry),
  };
}

function wireStep({ at, kind, queueJobId, instance, facts }: RequestStep): StoryStep {
  return { at: at.toISOString(), kind, queue_job_id: queueJobId, instance, facts };
}

function wireObject(object: FoundObject): StoryObject {
  return {
    id: object.id,
    key: object.key,
    kind: object.kind,
    size_bytes: object.sizeBytes,
    status: object.status,
    location: object.location,
    created_at: object.createdAt.toISOString(),
    stored_at: object.storedAt?.toISOString() ?? null,
    last_error_code: object.lastErrorCode,
  };
}
