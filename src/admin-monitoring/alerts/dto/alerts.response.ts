import type { ErrorLevel } from '../../../platform/errors/index.js';
import { CountField, Field, IdField, Pagination, TimeField } from '../../../platform/http/index.js';
import type { FiringEnd } from '../entities/alert-firing.entity.js';
import type { NotificationStatus } from '../entities/alert-notification.entity.js';
import type { AlertKind, NotificationMethod } from '../entities/alert-rule.entity.js';
import type { AlertEvent } from '../notify/alert-message.js';
import type { AlertTestResult } from '../notify/alert-tests.js';
import { BUILT_IN_NAMES, type BuiltInName } from '../rules/built-in-rules.js';
import { LEVELS, METHODS } from '../rules/rule-check.js';

const KINDS = ['count', 'rate', 'fact', 'age'] as const satisfies readonly AlertKind[];
const ENDS = ['recovered', 'rule_disabled', 'rule_deleted'] as const satisfies readonly FiringEnd[];
const STATUSES = ['pending', 'delivered', 'failed'] as const satisfies readonly NotificationStatus[];
const EVENTS = ['firing', 'resolved', 'test'] as const satisfies readonly AlertEvent[];
const OUTCOMES = ['delivered', 'in_outbox', 'failed'] as const satisfies readonly AlertTestResult['outcome'][];
const METHOD = { enum: METHODS, enumName: 'AlertNotificationMethod' } as const;

export class AlertFilters {
  @Field({ type: String, nullable: true, example: 'STRIPE_TIMEOUT' })
  readonly code!: string | null;

  @Field({ type: String, nullable: true, example: 'stripe' })
  readonly service!: string | null;

  @Field({ enum: LEVELS, enumName: 'ErrorLevel', nullable: true })
  readonly level!: ErrorLevel | null;

  @IdField({ nullable: true })
  readonly group_id!: string | null;
}

/** A rule, without the secret of its webhook. */
export class AlertRuleView {
  @IdField()
  readonly id!: string;

  @Field({
    enum: BUILT_IN_NAMES,
    enumName: 'BuiltInAlert',
    nullable: true,
    description: 'Which of the rules that the product brings along this is; null for an operator’s own',
  })
  readonly built_in!: BuiltInName | null;

  @Field({ example: 'Stripe is slow' })
  readonly name!: string;

  @Field({
    enum: KINDS,
    enumName: 'AlertKind',
    description:
      'What is compared with the threshold. `count`: errors in the window, `fact`: events in the window (as many fire); `rate`: percent of the requests in the window, `age`: seconds that the oldest has waited (more than that fires)',
  })
  readonly kind!: AlertKind;

  @Field({ description: 'All of it in words', example: 'at least 10 errors within 5 min, code STRIPE_TIMEOUT' })
  readonly condition!: string;

  @Field({ example: 10 })
  readonly error_threshold!: number;

  @CountField({ description: 'Seconds', example: 300 })
  readonly time_window!: number;

  @CountField({ description: 'Seconds', example: 300 })
  readonly cooldown!: number;

  @Field()
  readonly enabled!: boolean;

  @Field(METHOD)
  readonly notification_method!: NotificationMethod;

  @Field({ type: [String], nullable: true, description: 'For `email`; null for the administrators' })
  readonly email_addresses!: readonly string[] | null;

  @Field({ type: String, nullable: true, description: 'For `webhook`' })
  readonly webhook_url!: string | null;

  @Field()
  readonly filters!: AlertFilters;

  @TimeField({ nullable: true, description: 'Since when it fires; null while it does not' })
  readonly firing_since!: string | null;

  @TimeField()
  readonly created_at!: string;

  @TimeField()
  readonly updated_at!: string;
}

export class AlertRuleResponse {
  @Field()
  readonly data!: AlertRuleView;
}

export class AlertRulePage {
  @Field({ type: [AlertRuleView] })
  readonly rules!: readonly AlertRuleView[];

  @Field()
  readonly pagination!: Pagination;
}

export class AlertRulesResponse {
  @Field()
  readonly data!: AlertRulePage;
}

/** One notification, and how far it has come. */
export class AlertNotificationView {
  @IdField()
  readonly id!: string;

  @Field({ enum: EVENTS, enumName: 'AlertEvent' })
  readonly event!: AlertEvent;

  @Field(METHOD)
  readonly method!: NotificationMethod;

  @Field({ description: 'What it says, in a sentence' })
  readonly text!: string;

  @Field({
    enum: STATUSES,
    enumName: 'AlertNotificationStatus',
    description: '`delivered`: written, in the outbox, or taken by the receiver; `failed`: never will be',
  })
  readonly status!: NotificationStatus;

  @CountField()
  readonly attempts!: number;

  @Field({ type: String, nullable: true, description: 'Of the catalogue; why the last try failed' })
  readonly last_error_code!: string | null;

  @TimeField()
  readonly created_at!: string;

  @TimeField({ nullable: true })
  readonly settled_at!: string | null;
}

/** That a rule fired, from when to when. */
export class AlertFiringView {
  @IdField()
  readonly id!: string;

  @IdField()
  readonly rule_id!: string;

  @Field({ description: 'As it was when it fired' })
  readonly rule_name!: string;

  @Field({ type: String, nullable: true, description: 'What of the rule, e.g. a service; null where it has one only' })
  readonly subject!: string | null;

  @Field({ description: 'What was measured, in the unit of the rule’s kind' })
  readonly value!: number;

  @Field()
  readonly threshold!: number;

  @TimeField()
  readonly fired_at!: string;

  @TimeField({ nullable: true, description: 'Null while the cooldown holds the notification back, or did' })
  readonly notified_at!: string | null;

  @TimeField({ nullable: true })
  readonly resolved_at!: string | null;

  @Field({ enum: ENDS, enumName: 'AlertFiringEnd', nullable: true })
  readonly ended_by!: FiringEnd | null;

  @Field({ type: [AlertNotificationView], description: 'Oldest first' })
  readonly notifications!: readonly AlertNotificationView[];
}

export class AlertFiringPage {
  @Field({ type: [AlertFiringView] })
  readonly firings!: readonly AlertFiringView[];

  @Field()
  readonly pagination!: Pagination;
}

export class AlertHistoryResponse {
  @Field()
  readonly data!: AlertFiringPage;
}

export class AlertTestError {
  @Field({ example: 'ALERT_WEBHOOK_FAILED' })
  readonly code!: string;

  @Field()
  readonly message!: string;
}

/** How a test went. */
export class AlertTestView {
  @IdField()
  readonly notification_id!: string;

  @Field(METHOD)
  readonly method!: NotificationMethod;

  @Field({
    enum: OUTCOMES,
    enumName: 'AlertTestOutcome',
    description: '`in_outbox`: the mail is on its way; the list of mails shows how far it has come',
  })
  readonly outcome!: AlertTestResult['outcome'];

  @Field({ type: AlertTestError, nullable: true })
  readonly error!: AlertTestError | null;
}

export class AlertTestResponse {
  @Field()
  readonly data!: AlertTestView;
}
