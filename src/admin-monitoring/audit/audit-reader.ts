import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import { AuditEntry } from './audit-entry.entity.js';
import type { AuditQuery } from './dto/audit-query.dto.js';

/** Finds what administrators changed. */
@Injectable()
export class AuditReader {
  constructor(private readonly database: Database) {}

  /** One page, newest first, and how many entries there are on all. @throws ApiError `DATABASE_*` */
  async page(query: AuditQuery): Promise<{ readonly entries: readonly AuditEntry[]; readonly total: number }> {
    const { page, per_page: perPage, since, until } = query;
    const [entries, total] = await this.database.read(async (manager) => {
      const search = manager.createQueryBuilder(AuditEntry, 'entry').where(exactly(query));
      if (since !== undefined) search.andWhere('entry.occurredAt >= :since', { since: new Date(since) });
      if (until !== undefined) search.andWhere('entry.occurredAt < :until', { until: new Date(until) });
      return await search
        .orderBy('entry.occurredAt', 'DESC')
        .addOrderBy('entry.id', 'DESC')
        .offset((page - 1) * perPage)
        .limit(perPage)
        .getManyAndCount();
    });
    return { entries, total };
  }
}

/** Where the value must be the one that was asked for. */
function exactly({ action, actor, target, request_id: requestId }: AuditQuery): Partial<AuditEntry> {
  return {
    ...(action === undefined ? {} : { action }),
    ...(actor === undefined ? {} : { actorEmail: actor }),
    ...(target === undefined ? {} : { target }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}
