import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import type { CircuitEventQuery } from './dto/circuit-event-query.dto.js';
import { CircuitEvent } from './entities/circuit-event.entity.js';

/** Finds what circuits did. */
@Injectable()
export class CircuitEvents {
  constructor(private readonly database: Database) {}

  /** One page, newest first, and how many there are on all. @throws ApiError `DATABASE_*` */
  async page(query: CircuitEventQuery): Promise<{ readonly events: readonly CircuitEvent[]; readonly total: number }> {
    const { page, per_page: perPage, service, type, instance, since, until } = query;
    const [events, total] = await this.database.read(async (manager) => {
      const search = manager.createQueryBuilder(CircuitEvent, 'event').where({
        ...(service === undefined ? {} : { service }),
        ...(type === undefined ? {} : { type }),
        ...(instance === undefined ? {} : { instance }),
      });
      if (since !== undefined) search.andWhere('event.occurredAt >= :since', { since: new Date(since) });
      if (until !== undefined) search.andWhere('event.occurredAt < :until', { until: new Date(until) });
      return await search
        .orderBy('event.occurredAt', 'DESC')
        .addOrderBy('event.id', 'DESC')
        .offset((page - 1) * perPage)
        .limit(perPage)
        .getManyAndCount();
    });
    return { events, total };
  }
}
