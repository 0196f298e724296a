import { Injectable } from '@nestjs/common';
import type { AlertRule } from '../entities/alert-rule.entity.js';
import type { BuiltInName } from '../rules/built-in-rules.js';
import type { AlertMeasure } from './alert-measure.js';
import { CircuitMeasure } from './circuit-measure.js';
import { ErrorMeasure } from './error-measure.js';
import { FeatureMeasures } from './feature-measures.js';
import { RegressedGroupMeasure } from './regressed-group-measure.js';

/** Which rule is about what. */
@Injectable()
export class AlertMeasures {
  private readonly builtIn: Readonly<Record<BuiltInName, AlertMeasure>>;

  constructor(
    private readonly errors: ErrorMeasure,
    circuits: CircuitMeasure,
    groups: RegressedGroupMeasure,
    features: FeatureMeasures,
  ) {
    this.builtIn = {
      circuit_opened: circuits,
      job_failed: features.jobs,
      mail_dead: features.mails,
      payment_reconciled: features.payments,
      replication_late: features.replication,
      group_regressed: groups,
      server_error_rate: errors,
    };
  }

  of({ builtIn }: AlertRule): AlertMeasure {
    return builtIn === null ? this.errors : this.builtIn[builtIn];
  }
}
