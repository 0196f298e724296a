import { Injectable } from '@nestjs/common';
import { type Email, EmailOperations } from '../../email/index.js';
import { Database } from '../../platform/database/index.js';
import { NotFoundError } from '../../platform/errors/index.js';
import { JobOperations, type RenderJob } from '../../rendering/index.js';
import { type FoundObject, ObjectSearch } from '../../storage/index.js';
import type { AuditEntry } from '../audit/audit-entry.entity.js';
import { AuditReader } from '../audit/audit-reader.js';
import { RequestStep } from '../entities/request-step.entity.js';
import { type RecentError, RecentErrors } from '../statistics/recent-errors.js';

/** A render that is tried again and again makes a few hundred steps. */
const MAX_STEPS = 1_000;
const MAX_OTHERS = 100;

/** All that is known of a request. */
export interface RequestStory {
  /** What happened in it and in its jobs, oldest first. */
  readonly steps: readonly RequestStep[];
  readonly errors: readonly RecentError[];
  readonly jobs: readonly RenderJob[];
  readonly objects: readonly FoundObject[];
  readonly emails: readonly Email[];
  readonly changes: readonly AuditEntry[];
}

/** Tells the story of a request: its line, its log, each attempt at a dependency, its errors, and what came of it. */
@Injectable()
export class RequestStories {
  constructor(
    private readonly database: Database,
    private readonly errors: RecentErrors,
    private readonly audit: AuditReader,
    private readonly jobs: JobOperations,
    private readonly objects: ObjectSearch,
    private readonly emails: EmailOperations,
  ) {}

  /** @throws NotFoundError `REQUEST_NOT_FOUND` when nothing is known of it; ApiError `DATABASE_*` */
  async tell(requestId: string): Promise<RequestStory> {
    const [steps, { errors }, jobs, objects, emails, { entries: changes }] = await Promise.all([
      this.steps(requestId),
      this.errors.page({ requestId }, MAX_OTHERS),
      this.jobs.ofRequest(requestId),
      this.objects.ofRequest(requestId),
      this.emails.ofRequest(requestId),
      this.audit.page({ request_id: requestId, page: 1, per_page: MAX_OTHERS }),
    ]);
    const story = { steps, errors, jobs, objects, emails, changes };
    if (Object.values(story).every((part) => part.length === 0)) throw new NotFoundError('REQUEST_NOT_FOUND');
    return story;
  }

  private async steps(requestId: string): Promise<readonly RequestStep[]> {
    return await this.database.read(
      async (manager) =>
        await manager.find(RequestStep, { where: { requestId }, order: { at: 'ASC', id: 'ASC' }, take: MAX_STEPS }),
    );
  }
}
