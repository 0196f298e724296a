import { Inject, Injectable, Logger } from '@nestjs/common';
import { Database } from '../../../platform/database/index.js';
import { CLOCK, type Clock } from '../../../platform/time/index.js';
import { AlertEvaluation } from '../entities/alert-evaluation.entity.js';
import type { AlertFiring } from '../entities/alert-firing.entity.js';
import { AlertRule } from '../entities/alert-rule.entity.js';
import type { AlertWindow } from '../measures/alert-measure.js';
import { AlertMeasures } from '../measures/alert-measures.js';
import { AlertFirings } from './alert-firings.js';
import { breaches } from './decision.js';
import { momentsToEvaluate, settledMoment } from './evaluation-moments.js';

/** The row of {@link AlertEvaluation}. */
const EVALUATION_ID = 1;

/** When the rules were evaluated last, and when they are now; ms since the epoch. */
interface Span {
  readonly lastMs: number | null;
  readonly atMs: number;
}

/** Looks at every rule that is on. Any number of processes may do so at once: a firing is begun and told by one of them. */
@Injectable()
export class AlertEvaluator {
  private readonly logger = new Logger(AlertEvaluator.name);

  constructor(
    private readonly database: Database,
    private readonly measures: AlertMeasures,
    private readonly firings: AlertFirings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Evaluates the rules from where the last evaluation ended until two seconds ago, when every counter has arrived. A rule that
   * cannot be measured stops no other; it is logged, and the next run covers its time as well.
   * @param signal - ends the run between two rules
   * @throws ApiError `DATABASE_*` when not even the rules can be read
   */
  async run(signal: AbortSignal): Promise<void> {
    const span = { lastMs: await this.lastMoment(), atMs: settledMoment(this.clock.now()) };
    if (span.lastMs !== null && span.lastMs >= span.atMs) return;
    const rules = await this.database.read((manager) => manager.findBy(AlertRule, { enabled: true }));
    const open = await this.firings.open();
    let complete = true;
    for (const rule of rules) {
      if (signal.aborted) return;
      const ofRule = open.filter(({ ruleId }) => ruleId === rule.id);
      complete = (await this.evaluate(rule, ofRule, span)) && complete;
    }
    if (complete) await this.noteMoment(span.atMs);
  }

  private async evaluate(rule: AlertRule, open: readonly AlertFiring[], span: Span): Promise<boolean> {
    try {
      for (const moment of momentsToEvaluate(rule.timeWindowSeconds, span.lastMs, span.atMs)) {
        await this.look(rule, open, { from: windowStart(rule, moment, span), to: new Date(moment) });
      }
      return true;
    } catch (err) {
      this.logger.warn({ msg: 'An alert rule could not be evaluated', rule_id: rule.id, rule: rule.name, err });
      return false;
    }
  }

  private async look(rule: AlertRule, open: readonly AlertFiring[], window: AlertWindow): Promise<void> {
    const measure = this.measures.of(rule);
    const values = new Map((await measure.find(rule, window)).map(({ subject, value }) => [subject, value]));
    const known = new Map(open.map((firing) => [firing.subject, firing]));
    for (const subject of new Set([...values.keys(), ...known.keys()])) {
      const value = values.get(subject) ?? 0;
      const breached = breaches(rule.kind, value, rule.errorThreshold);
      const firing = known.get(subject);
      // Most of the time nothing is the matter, or what is has been told already: no reason to lock and to write.
      const isSettled = breached ? (firing?.notifiedAt ?? null) !== null : firing === undefined;
      if (isSettled) continue;
      const explanation = breached ? await measure.explain(rule, window, subject) : null;
      await this.firings.observe(rule, { subject, value, at: window.to, explanation });
    }
  }

  private async lastMoment(): Promise<number | null> {
    const row = await this.database.read((manager) => manager.findOneBy(AlertEvaluation, { id: EVALUATION_ID }));
    return row?.evaluatedAt.getTime() ?? null;
  }

  private async noteMoment(atMs: number): Promise<void> {
    await this.database.manager.query(
      `INSERT INTO alert_evaluations (id, evaluated_at) VALUES ($1, $2)
       ON CONFLICT (id) DO UPDATE SET evaluated_at = greatest(alert_evaluations.evaluated_at, excluded.evaluated_at)`,
      [EVALUATION_ID, new Date(atMs)],
    );
  }
}

/**
 * Facts are rows that happened once: where nobody has looked for longer than the window, all of the pause belongs to it. Rates and
 * counts of a past that nobody watched are history.
 */
function windowStart(rule: AlertRule, moment: number, { lastMs }: Span): Date {
  const start = moment - rule.timeWindowSeconds * 1_000;
  return new Date(rule.kind === 'fact' && lastMs !== null ? Math.min(start, lastMs) : start);
}
