import type { ErrorLevel } from '../../../platform/errors/index.js';
import { CountField, Field, IdField, TimeField } from '../../../platform/http/index.js';
import { ERROR_LEVELS } from './filter-fields.js';

/** One error as lists show it. */
export class ErrorListItem {
  @IdField()
  readonly id!: string;

  @IdField()
  readonly group_id!: string;

  @TimeField()
  readonly occurred_at!: string;

  @Field({ enum: ERROR_LEVELS, enumName: 'ErrorLevel' })
  readonly level!: ErrorLevel;

  @Field({ example: 'STORAGE_ERROR' })
  readonly code!: string;

  @Field({ description: 'What happened, for operators; secrets are masked' })
  readonly message!: string;

  @CountField({ nullable: true, type: 'integer', description: 'HTTP status of the code' })
  readonly status!: number | null;

  @Field({ type: String, nullable: true, description: 'The dependency it is about', example: 'gcs' })
  readonly service!: string | null;

  @Field({ type: String, nullable: true })
  readonly operation!: string | null;

  @Field({ type: String, nullable: true, example: 'POST /api/jobs/render/submit' })
  readonly endpoint!: string | null;

  @Field({ type: String, nullable: true })
  readonly request_id!: string | null;

  @IdField({ nullable: true })
  readonly user_id!: string | null;

  @IdField({ nullable: true, description: 'The render job' })
  readonly job_id!: string | null;

  @Field({ type: String, nullable: true, description: 'The job of the queue, whatever it is about' })
  readonly queue_job_id!: string | null;

  @Field({ description: 'The process it happened in' })
  readonly instance!: string;

  @Field({ description: 'Version of the product' })
  readonly release!: string;
}

export class RecentErrors {
  @Field({
    enum: ['database', 'memory'],
    description: '`memory`: PostgreSQL is away, and these are the newest errors of the answering process only',
  })
  readonly source!: 'database' | 'memory';

  @Field({ type: [ErrorListItem], description: 'Newest first' })
  readonly errors!: readonly ErrorListItem[];

  @Field({ type: String, nullable: true, description: 'Null on the last page' })
  readonly next_cursor!: string | null;
}

export class RecentErrorsResponse {
  @Field()
  readonly data!: RecentErrors;
}

/** A link of the chain of causes. */
export class ErrorChainLink {
  @Field({ example: 'StorageError' })
  readonly error_class!: string;

  @Field()
  readonly message!: string;

  @Field({ type: String, nullable: true })
  readonly stack!: string | null;
}

/** A log line written before the error. */
export class ErrorBreadcrumb {
  @TimeField()
  readonly at!: string;

  @Field()
  readonly level!: string;

  @Field()
  readonly message!: string;
}

/** One error with everything that is known of it. */
export class ErrorEventDetail extends ErrorListItem {
  @Field({ type: [ErrorChainLink], description: 'The error, then what caused it' })
  readonly chain!: readonly ErrorChainLink[];

  @Field({ type: [ErrorBreadcrumb], description: 'Log lines of the same request or job before it' })
  readonly breadcrumb!: readonly ErrorBreadcrumb[];
}

export class ErrorEventResponse {
  @Field()
  readonly data!: ErrorEventDetail;
}
