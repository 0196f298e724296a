import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { ErrorLevel } from '../../../platform/errors/index.js';
import type { BuiltInName } from '../rules/built-in-rules.js';

/**
 * What a rule compares with its threshold. `count`: errors in the window, at least as many fire. `rate`: percent of the requests in
 * the window, more than that fires. `fact`: things that happened in the window, at least as many fire. `age`: seconds that the oldest
 * thing has waited, more than that fires. The last two are for built-in rules only.
 */
export type AlertKind = 'count' | 'rate' | 'fact' | 'age';

export type NotificationMethod = 'log' | 'email' | 'webhook';

/** What an operator wants to be told about, and how. */
@Entity('alert_rules')
@Unique('uq_alert_rules_built_in', ['builtIn'])
@Unique('uq_alert_rules_name', ['name'])
@Check('ck_alert_rules_kind', `kind IN ('count', 'rate', 'fact', 'age')`)
@Check('ck_alert_rules_method', `notification_method IN ('log', 'email', 'webhook')`)
@Check(
  'ck_alert_rules_webhook',
  `notification_method <> 'webhook' OR (webhook_url IS NOT NULL AND webhook_secret IS NOT NULL)`,
)
export class AlertRule {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_alert_rules' })
  id!: string;

  /** Which of the rules that the product brings along this is; null for an operator's own. */
  @Column('text', { nullable: true })
  builtIn!: BuiltInName | null;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: AlertKind;

  @Column('double precision')
  errorThreshold!: number;

  @Column('integer', { name: 'time_window' })
  timeWindowSeconds!: number;

  /** After a notification that it fires, none of that kind for so long. */
  @Column('integer', { name: 'cooldown' })
  cooldownSeconds!: number;

  @Column('boolean')
  enabled!: boolean;

  @Column('text')
  notificationMethod!: NotificationMethod;

  /** Null for the administrators. */
  @Column('text', { array: true, nullable: true })
  emailAddresses!: string[] | null;

  @Column('text', { nullable: true })
  webhookUrl!: string | null;

  /** Sealed, and read only by whoever signs with it: no other query returns it. */
  @Column('text', { nullable: true, select: false })
  webhookSecret?: string | null;

  @Column('text', { nullable: true })
  filterCode!: string | null;

  @Column('text', { nullable: true })
  filterService!: string | null;

  @Column('text', { nullable: true })
  filterLevel!: ErrorLevel | null;

  @Column('uuid', { nullable: true })
  filterGroupId!: string | null;

  /** The administrator who made it; null for a built-in rule. */
  @Column('uuid', { nullable: true })
  createdBy!: string | null;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  updatedAt!: Date;
}
