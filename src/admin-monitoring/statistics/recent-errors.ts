import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { Database } from '../../platform/database/index.js';
import { type ErrorLevel, isApiError, NotFoundError } from '../../platform/errors/index.js';
import { ErrorSamples } from '../capture/error-samples.js';
import { ErrorEvent } from '../entities/error-event.entity.js';
import { decodeCursor, encodeCursor, type KeysetPosition } from './keyset-cursor.js';

export interface RecentErrorFilter {
  readonly level?: ErrorLevel | undefined;
  readonly code?: string | undefined;
  readonly service?: string | undefined;
  readonly groupId?: string | undefined;
  readonly requestId?: string | undefined;
  /** Not before this. */
  readonly since?: Date | undefined;
  /** Before this. */
  readonly until?: Date | undefined;
}

/** An event as a list shows it: without stacks and log lines. */
export type RecentError = Readonly<Omit<ErrorEvent, 'chain' | 'breadcrumb'>>;

export interface RecentErrorPage {
  /** `memory`: PostgreSQL is away, and these are the newest of this process only. */
  readonly source: 'database' | 'memory';
  /** Newest first. */
  readonly errors: readonly RecentError[];
  /** For the next page; null on the last one. */
  readonly nextCursor: string | null;
}

const LIST_COLUMNS = [
  'id',
  'groupId',
  'occurredAt',
  'level',
  'code',
  'message',
  'status',
  'service',
  'operation',
  'endpoint',
  'requestId',
  'userId',
  'jobId',
  'queueJobId',
  'instance',
  'release',
] as const satisfies readonly (keyof RecentError)[];

/** The errors that were kept with all their facts, of all processes; of this one alone while PostgreSQL is away. */
@Injectable()
export class RecentErrors {
  constructor(
    private readonly database: Database,
    private readonly samples: ErrorSamples,
  ) {}

  /**
   * One page, newest first. New errors do not move what later pages hold.
   * @throws ValidationError for a cursor that no page has given; ApiError `DATABASE_ERROR`.
   */
  async page(filter: RecentErrorFilter, limit: number, cursor?: string): Promise<RecentErrorPage> {
    const after = cursor === undefined ? null : decodeCursor(cursor);
    try {
      return pageOf('database', await this.stored(filter, limit + 1, after), limit);
    } catch (error) {
      if (!isAbsence(error)) throw error;
      return pageOf('memory', this.remembered(filter, after), limit);
    }
  }

  /**
   * One event with its stacks and log lines.
   * @throws NotFoundError `ERROR_EVENT_NOT_FOUND`
   */
  async event(id: string): Promise<Readonly<ErrorEvent>> {
    if (!isUUID(id)) throw new NotFoundError('ERROR_EVENT_NOT_FOUND');
    try {
      const event = await this.database.read(async (manager) => await manager.findOneBy(ErrorEvent, { id }));
      if (event !== null) return event;
    } catch (error) {
      if (!isAbsence(error)) throw error;
    }
    // Not stored yet, or PostgreSQL is away.
    const remembered = this.samples.recent().find((event) => event.id === id);
    if (remembered === undefined) throw new NotFoundError('ERROR_EVENT_NOT_FOUND');
    return remembered;
  }

  private async stored(
    { since, until, ...equal }: RecentErrorFilter,
    limit: number,
    after: KeysetPosition | null,
  ): Promise<readonly RecentError[]> {
    return await this.database.read(async (manager) => {
      const query = manager
        .createQueryBuilder(ErrorEvent, 'event')
        .select(LIST_COLUMNS.map((column) => `event.${column}`))
        .orderBy({ 'event.occurredAt': 'DESC', 'event.id': 'DESC' })
        .limit(limit);
      for (const [column, value] of Object.entries(equal)) {
        if (value !== undefined) query.andWhere(`event.${column} = :${column}`, { [column]: value });
      }
      if (since !== undefined) query.andWhere('event.occurredAt >= :since', { since });
      if (until !== undefined) query.andWhere('event.occurredAt < :until', { until });
      if (after !== null) query.andWhere('(event.occurredAt, event.id) < (:at, :id)', { at: after.at, id: after.id });
      return await query.getMany();
    });
  }

  private remembered(
    { since, until, ...equal }: RecentErrorFilter,
    after: KeysetPosition | null,
  ): readonly RecentError[] {
    return this.samples
      .recent()
      .filter((event) =>
        Object.entries(equal).every(
          ([column, value]) => value === undefined || event[column as keyof typeof equal] === value,
        ),
      )
      .filter(
        ({ occurredAt }) => (since === undefined || occurredAt >= since) && (until === undefined || occurredAt < until),
      )
      .filter((event) => after === null || isAfter(after, event))
      .toSorted((a, b) => (isAfter({ at: a.occurredAt, id: a.id }, b) ? -1 : 1))
      .map(({ chain: _chain, breadcrumb: _breadcrumb, ...listed }) => listed);
  }
}

function pageOf(source: RecentErrorPage['source'], found: readonly RecentError[], limit: number): RecentErrorPage {
  const errors = found.slice(0, limit);
  const last = errors.at(-1);
  const more = found.length > limit && last !== undefined;
  return { source, errors, nextCursor: more ? encodeCursor({ at: last.occurredAt, id: last.id }) : null };
}

/** Whether an event comes after a position in a list that begins with the newest. */
function isAfter({ at, id }: KeysetPosition, event: RecentError): boolean {
  const difference = at.getTime() - event.occurredAt.getTime();
  return difference === 0 ? event.id < id : difference > 0;
}

/** Whether PostgreSQL is away or overwhelmed, as opposed to a defect of ours. */
function isAbsence(error: unknown): boolean {
  return isApiError(error) && error.code.startsWith('DATABASE_') && error.status === 503;
}
