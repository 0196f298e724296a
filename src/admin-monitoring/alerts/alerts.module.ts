import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../../auth/index.js';
import { EmailModule } from '../../email/index.js';
import { PaymentsModule } from '../../payments/index.js';
import { RenderingModule } from '../../rendering/index.js';
import { StorageModule } from '../../storage/index.js';
import { AuditModule } from '../audit/audit.module.js';
import { AlertControl } from './alert-control.js';
import { AlertHistory } from './alert-history.js';
import { AlertRetention } from './alert-retention.js';
import { AlertsController } from './alerts.controller.js';
import { AlertEvaluation } from './entities/alert-evaluation.entity.js';
import { AlertFiring } from './entities/alert-firing.entity.js';
import { AlertNotification } from './entities/alert-notification.entity.js';
import { AlertRule } from './entities/alert-rule.entity.js';
import { CircuitOpening } from './entities/circuit-opening.entity.js';
import { AlertEvaluator } from './evaluation/alert-evaluator.js';
import { AlertFirings } from './evaluation/alert-firings.js';
import { AlertSchedule } from './evaluation/alert-schedule.js';
import { AlertMeasures } from './measures/alert-measures.js';
import { CircuitMeasure } from './measures/circuit-measure.js';
import { CircuitOpenings } from './measures/circuit-openings.js';
import { ErrorMeasure } from './measures/error-measure.js';
import {
  DeadMailMeasure,
  FailedJobMeasure,
  FeatureMeasures,
  ReconciledPaymentMeasure,
  ReplicationMeasure,
} from './measures/feature-measures.js';
import { RegressedGroupMeasure } from './measures/regressed-group-measure.js';
import { AlertMails } from './notify/alert-mails.js';
import { AlertNotifications } from './notify/alert-notifications.js';
import { AlertNotifier } from './notify/alert-notifier.js';
import { AlertTests } from './notify/alert-tests.js';
import { AlertRules } from './rules/alert-rules.js';
import { BuiltInSeeds } from './rules/built-in-seeds.js';
import { AlertWebhooks } from './webhook/alert-webhooks.js';
import { HOST_RESOLVER, systemResolver } from './webhook/webhook-post.js';
import { WebhookSecrets } from './webhook/webhook-secrets.js';

const ENTITIES = [AlertEvaluation, AlertFiring, AlertNotification, AlertRule, CircuitOpening];

const MEASURES = [
  AlertMeasures,
  CircuitMeasure,
  CircuitOpenings,
  DeadMailMeasure,
  ErrorMeasure,
  FailedJobMeasure,
  FeatureMeasures,
  ReconciledPaymentMeasure,
  RegressedGroupMeasure,
  ReplicationMeasure,
];

/** Rules, their evaluation, and who is told. */
@Module({
  imports: [
    TypeOrmModule.forFeature(ENTITIES),
    AuditModule,
    AuthModule,
    EmailModule,
    PaymentsModule,
    RenderingModule,
    StorageModule,
  ],
  controllers: [AlertsController],
  providers: [
    ...MEASURES,
    { provide: HOST_RESOLVER, useValue: systemResolver },
    AlertControl,
    AlertEvaluator,
    AlertFirings,
    AlertHistory,
    AlertMails,
    AlertNotifications,
    AlertNotifier,
    AlertRetention,
    AlertRules,
    AlertSchedule,
    AlertTests,
    AlertWebhooks,
    BuiltInSeeds,
    WebhookSecrets,
  ],
  exports: [AlertHistory],
})
export class AlertsModule {}
