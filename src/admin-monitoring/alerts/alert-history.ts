import { Injectable } from '@nestjs/common';
import { In, IsNull, Not } from 'typeorm';
import { Database } from '../../platform/database/index.js';
import { AlertFiring } from './entities/alert-firing.entity.js';
import { AlertNotification } from './entities/alert-notification.entity.js';

export interface HistoryQuery {
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
  readonly ruleId?: string | undefined;
  /** Only what fires now, or only what is over. */
  readonly state?: 'firing' | 'resolved' | undefined;
}

/** A firing with what was told of it, oldest first. */
export interface HistoryEntry {
  readonly firing: AlertFiring;
  readonly notifications: readonly AlertNotification[];
}

/** What fired when, and who was told. */
@Injectable()
export class AlertHistory {
  constructor(private readonly database: Database) {}

  /** One page, newest first, and how many firings there are on all. @throws ApiError `DATABASE_*` */
  async page(query: HistoryQuery): Promise<{ readonly entries: readonly HistoryEntry[]; readonly total: number }> {
    const { page, perPage, ruleId, state } = query;
    return await this.database.read(async (manager) => {
      const [firings, total] = await manager.findAndCount(AlertFiring, {
        where: {
          ...(ruleId === undefined ? {} : { ruleId }),
          ...(state === undefined ? {} : { resolvedAt: state === 'firing' ? IsNull() : Not(IsNull()) }),
        },
        order: { firedAt: 'DESC', id: 'DESC' },
        skip: (page - 1) * perPage,
        take: perPage,
      });
      const notifications = await manager.find(AlertNotification, {
        where: { firingId: In(firings.map(({ id }) => id)) },
        order: { createdAt: 'ASC', id: 'ASC' },
      });
      const entries = firings.map((firing) => ({
        firing,
        notifications: notifications.filter(({ firingId }) => firingId === firing.id),
      }));
      return { entries, total };
    });
  }

  /** Since when those of the rules fire that do now, by id. @throws ApiError `DATABASE_*` */
  async firingSince(ruleIds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    const rows = await this.database.read((manager) =>
      manager.query<{ readonly id: string; readonly since: Date }[]>(
        `SELECT rule_id AS id, min(fired_at) AS since FROM alert_firings
         WHERE resolved_at IS NULL AND rule_id = ANY ($1) GROUP BY rule_id`,
        [ruleIds],
      ),
    );
    return new Map(rows.map(({ id, since }) => [id, since]));
  }
}
