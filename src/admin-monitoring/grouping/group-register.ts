import { Inject, Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import type { EntityManager } from 'typeorm';
import { Database } from '../../platform/database/index.js';
import { type ErrorLevel, NotFoundError, ValidationError } from '../../platform/errors/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { ErrorGroupRelease } from '../entities/error-group-release.entity.js';
import { ErrorGroup, type ErrorGroupState } from '../entities/error-group.entity.js';
import { decodeCursor, encodeCursor } from '../statistics/keyset-cursor.js';

export interface GroupFilter {
  readonly state?: ErrorGroupState;
  readonly level?: ErrorLevel;
  readonly code?: string;
  readonly service?: string;
}

export interface GroupPage {
  /** Last seen first. */
  readonly groups: readonly ErrorGroup[];
  readonly nextCursor: string | null;
}

export interface GroupDetail {
  readonly group: ErrorGroup;
  /** Newest first. */
  readonly releases: readonly ErrorGroupRelease[];
}

/** What an operator decides about a group. Ignoring ends at a time, after so many more errors, or never. */
export type GroupDecision =
  | { readonly state: 'unresolved' | 'resolved' }
  | { readonly state: 'ignored'; readonly until?: Date; readonly forCount?: number };

/** Groups as they are now: one whose time of being ignored is over is unresolved, whether it was seen again or not. */
@Injectable()
export class GroupRegister {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws ValidationError for a cursor that no page has given; ApiError `DATABASE_*` */
  async page({ state, ...equal }: GroupFilter, limit: number, cursor?: string): Promise<GroupPage> {
    const now = this.clock.now();
    const after = cursor === undefined ? null : decodeCursor(cursor);
    const found = await this.database.read(async (manager) => {
      const query = manager
        .createQueryBuilder(ErrorGroup, 'g')
        .orderBy({ 'g.lastSeenAt': 'DESC', 'g.id': 'DESC' })
        .limit(limit + 1);
      for (const [column, value] of Object.entries(equal)) {
        if (value !== undefined) query.andWhere(`g.${column} = :${column}`, { [column]: value });
      }
      if (state !== undefined) {
        query.andWhere(
          `(CASE WHEN g.state = 'ignored' AND g.ignoreUntil <= :now THEN 'unresolved' ELSE g.state END) = :state`,
          { now, state },
        );
      }
      if (after !== null) query.andWhere('(g.lastSeenAt, g.id) < (:at, :id)', { at: after.at, id: after.id });
      return await query.getMany();
    });
    const groups = found.slice(0, limit).map((group) => asOf(now, group));
    const last = groups.at(-1);
    const more = found.length > limit && last !== undefined;
    return { groups, nextCursor: more ? encodeCursor({ at: last.lastSeenAt, id: last.id }) : null };
  }

  /** @throws NotFoundError `ERROR_GROUP_NOT_FOUND`; ApiError `DATABASE_*` */
  async detail(id: string): Promise<GroupDetail> {
    const now = this.clock.now();
    return await this.database.read(async (manager) => {
      const group = isUUID(id) ? await manager.findOneBy(ErrorGroup, { id }) : null;
      if (group === null) throw new NotFoundError('ERROR_GROUP_NOT_FOUND');
      const releases = await manager.find(ErrorGroupRelease, { where: { groupId: id }, order: { lastSeenAt: 'DESC' } });
      return { group: asOf(now, group), releases };
    });
  }

  /**
   * @param manager - of the transaction it is to be part of
   * @returns the group as it is now
   * @throws NotFoundError `ERROR_GROUP_NOT_FOUND`; ValidationError for an end that lies in the past
   */
  async decide(manager: EntityManager, id: string, decision: GroupDecision): Promise<ErrorGroup> {
    const now = this.clock.now();
    if (decision.state === 'ignored' && decision.until !== undefined && decision.until <= now) {
      throw new ValidationError({ field: 'ignore_until', message: 'ignore_until must lie in the future' });
    }
    const before = isUUID(id)
      ? await manager.findOne(ErrorGroup, { where: { id }, lock: { mode: 'pessimistic_write' } })
      : null;
    if (before === null) throw new NotFoundError('ERROR_GROUP_NOT_FOUND');
    await manager.update(ErrorGroup, { id }, { ...changeOf(before, decision, now), updatedAt: now });
    return await manager.findOneByOrFail(ErrorGroup, { id });
  }
}

function changeOf(group: ErrorGroup, decision: GroupDecision, now: Date): Partial<ErrorGroup> {
  switch (decision.state) {
    case 'unresolved':
      return { state: 'unresolved', resolvedAt: null, ignoreUntil: null, ignoreUntilCount: null };
    case 'resolved':
      return { state: 'resolved', resolvedAt: now, ignoreUntil: null, ignoreUntilCount: null };
    case 'ignored': {
      const { until, forCount } = decision;
      const endCount = forCount === undefined ? null : (BigInt(group.count) + BigInt(forCount)).toString();
      return { state: 'ignored', resolvedAt: null, ignoreUntil: until ?? null, ignoreUntilCount: endCount };
    }
  }
}

function asOf(now: Date, group: ErrorGroup): ErrorGroup {
  const over = group.state === 'ignored' && group.ignoreUntil !== null && group.ignoreUntil <= now;
  if (over) group.state = 'unresolved';
  return group;
}
