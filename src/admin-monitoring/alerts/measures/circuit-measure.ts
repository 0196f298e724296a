import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/index.js';
import type { AlertRule } from '../entities/alert-rule.entity.js';
import {
  type AlertMeasure,
  type AlertWindow,
  type CountByCode,
  type Explanation,
  explanationOf,
  type Finding,
} from './alert-measure.js';

/** Circuits that opened in any process. Each service fires by itself, as one that is down says nothing about another. */
@Injectable()
export class CircuitMeasure implements AlertMeasure {
  constructor(private readonly database: Database) {}

  async find(_rule: AlertRule, { from, to }: AlertWindow): Promise<readonly Finding[]> {
    return await this.database.read((manager) =>
      manager.query<Finding[]>(
        `SELECT service AS subject, count(*)::int AS value FROM alert_circuit_openings
         WHERE recorded_at >= $1 AND recorded_at < $2 GROUP BY service`,
        [from, to],
      ),
    );
  }

  async explain(_rule: AlertRule, { from, to }: AlertWindow, service: string): Promise<Explanation> {
    const counts = await this.database.read((manager) =>
      manager.query<CountByCode[]>(
        `SELECT coalesce(code, 'slow calls') || ' on ' || instance AS code, count(*)::int AS count,
                min(occurred_at) AS "firstAt", max(occurred_at) AS "lastAt"
         FROM alert_circuit_openings WHERE recorded_at >= $1 AND recorded_at < $2 AND service = $3
         GROUP BY 1 ORDER BY 2 DESC, 1`,
        [from, to, service],
      ),
    );
    return explanationOf(counts);
  }
}
