import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/index.js';
import { ErrorGroup } from '../../entities/error-group.entity.js';
import type { AlertRule } from '../entities/alert-rule.entity.js';
import type { AlertMeasure, AlertWindow, Explanation, Finding } from './alert-measure.js';

/** Groups that fire at once; who has more of them has another problem than to be told of each. */
const MAX_GROUPS = 50;

/** Resolved groups that came back: each fires by itself, until somebody has said what is to become of it. */
@Injectable()
export class RegressedGroupMeasure implements AlertMeasure {
  constructor(private readonly database: Database) {}

  async find(_rule: AlertRule, { to }: AlertWindow): Promise<readonly Finding[]> {
    const groups = await this.database.read((manager) =>
      manager.query<{ readonly id: string }[]>(
        `SELECT id FROM error_groups WHERE state = 'regressed' AND regressed_at < $1 ORDER BY regressed_at, id LIMIT $2`,
        [to, MAX_GROUPS],
      ),
    );
    return groups.map(({ id }) => ({ subject: id, value: 1 }));
  }

  async explain(_rule: AlertRule, _window: AlertWindow, id: string): Promise<Explanation> {
    const group = await this.database.read((manager) => manager.getRepository(ErrorGroup).findOneBy({ id }));
    if (group === null) return { firstAt: null, lastAt: null, causes: [] };
    const { code, title, count, regressedAt, lastSeenAt } = group;
    return {
      firstAt: regressedAt,
      lastAt: lastSeenAt,
      causes: [{ label: `${code}: ${title}`, count: Number(count), groupId: id }],
    };
  }
}
