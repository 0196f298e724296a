import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoggerService } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { AlertFiring } from '../../../src/admin-monitoring/alerts/entities/alert-firing.entity.js';
import { AlertNotification } from '../../../src/admin-monitoring/alerts/entities/alert-notification.entity.js';
import { AlertRule } from '../../../src/admin-monitoring/alerts/entities/alert-rule.entity.js';
import { AlertEvaluator } from '../../../src/admin-monitoring/alerts/evaluation/alert-evaluator.js';
import { AlertSchedule } from '../../../src/admin-monitoring/alerts/evaluation/alert-schedule.js';
import { AlertRules } from '../../../src/admin-monitoring/alerts/rules/alert-rules.js';
import type { NewRule, RuleChanges } from '../../../src/admin-monitoring/alerts/rules/rule-settings.js';
import { HOST_RESOLVER, type HostResolver } from '../../../src/admin-monitoring/alerts/webhook/webhook-post.js';
import { ErrorCountMinute, ErrorCountSecond } from '../../../src/admin-monitoring/entities/error-counts.entity.js';
import { ErrorGroup } from '../../../src/admin-monitoring/entities/error-group.entity.js';
import { RequestCountSecond } from '../../../src/admin-monitoring/entities/request-counts.entity.js';
import { AlertsModule } from '../../../src/admin-monitoring/alerts/alerts.module.js';
import { AdminMonitoringModule } from '../../../src/admin-monitoring/index.js';
import { AuthModule, User } from '../../../src/auth/index.js';
import { ConfigModule } from '../../../src/config/index.js';
import { testConfig } from '../../../src/config/testing.js';
import { Email, EmailModule } from '../../../src/email/index.js';
import { Payment, PaymentsModule } from '../../../src/payments/index.js';
import { DatabaseModule } from '../../../src/platform/database/index.js';
import { ErrorsModule } from '../../../src/platform/errors/errors.module.js';
import { HealthModule } from '../../../src/platform/health/index.js';
import { HttpModule } from '../../../src/platform/http/index.js';
import { JobsModule } from '../../../src/platform/jobs/index.js';
import { LoggingModule } from '../../../src/platform/logging/index.js';
import { ResilienceModule } from '../../../src/platform/resilience/index.js';
import { CLOCK, TimeModule } from '../../../src/platform/time/index.js';
import { ManualClock } from '../../../src/platform/time/manual-clock.js';
import { RenderingModule, RenderJob } from '../../../src/rendering/index.js';
import { StoredObjectRecord } from '../../../src/storage/entities/stored-object-record.entity.js';
import { StorageModule } from '../../../src/storage/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const PLATFORM = [
  TimeModule,
  HttpModule,
  LoggingModule,
  ErrorsModule,
  ResilienceModule,
  DatabaseModule,
  AdminMonitoringModule,
  JobsModule,
  HealthModule,
];
const FEATURES = [EmailModule, AuthModule, StorageModule, PaymentsModule, RenderingModule, AlertsModule];
const ENTITIES = [
  AlertFiring, AlertNotification, AlertRule, Email, ErrorCountMinute, ErrorCountSecond, ErrorGroup, Payment, RenderJob,
  RequestCountSecond, StoredObjectRecord, User,
]; // prettier-ignore

export const ADMIN_ID = randomUUID();

/** A change with which nothing else is written. */
export const ALONE = async (): Promise<void> => undefined;

type Line = Readonly<Record<string, unknown>>;

/** Keeps what is logged, by level. */
export class RememberingLogger implements LoggerService {
  readonly warnings: Line[] = [];
  readonly errors: Line[] = [];

  log(): void {
    // Not looked at.
  }

  warn(line: Line): void {
    this.warnings.push(line);
  }

  error(line: Line): void {
    this.errors.push(line);
  }
}

/**
 * The alerts of some processes on one database. Real: PostgreSQL, job queue, outbox, the features whose facts are measured. Fake: the
 * clock, which all processes share, and name resolution where a test wants it. Mail, Stripe and GCS cannot be reached.
 */
export class AlertsApp {
  private constructor(
    readonly apps: readonly TestingModule[],
    readonly database: TestDatabase,
    readonly clock: ManualClock,
    readonly logger: RememberingLogger,
  ) {}

  static async start(
    options: {
      readonly processes?: number;
      readonly allowedHosts?: readonly string[];
      readonly resolver?: HostResolver;
    } = {},
  ): Promise<AlertsApp> {
    const { processes = 1, allowedHosts = [], resolver } = options;
    const database = await createTestDatabase({ entities: ENTITIES });
    // A whole minute, and near the real time, by which the queue goes.
    const clock = new ManualClock(new Date(Math.floor(Date.now() / 60_000) * 60_000));
    const logger = new RememberingLogger();
    const apps: TestingModule[] = [];
    for (let index = 1; index <= processes; index += 1) {
      const config = testConfig({
        instanceId: `alerts-${index}`,
        stateDir: join(tmpdir(), `oriel-alerts-${randomUUID()}`),
        database: { url: database.url, poolSize: 4 },
        alerts: { webhookAllowedHosts: allowedHosts },
      });
      const builder = Test.createTestingModule({ imports: [ConfigModule.register(config), ...PLATFORM, ...FEATURES] })
        .setLogger(logger)
        .overrideProvider(CLOCK)
        .useValue(clock);
      if (resolver !== undefined) builder.overrideProvider(HOST_RESOLVER).useValue(resolver);
      apps.push(await (await builder.compile()).init());
    }
    return new AlertsApp(apps, database, clock, logger);
  }

  async close(): Promise<void> {
    for (const app of this.apps) await app.close();
    await this.database.close();
  }

  get dataSource(): DataSource {
    return this.database.dataSource;
  }

  get rules(): AlertRules {
    return this.process(0).get(AlertRules);
  }

  process(index: number): TestingModule {
    const app = this.apps[index];
    if (app === undefined) throw new Error(`There is no process ${index}`);
    return app;
  }

  schedule(index: number): AlertSchedule {
    return this.process(index).get(AlertSchedule);
  }

  /** Switches everything off but what the test makes. */
  async quiet(): Promise<void> {
    await this.dataSource.query(
      'TRUNCATE alert_firings, alert_notifications, alert_evaluations, alert_circuit_openings',
    );
    await this.dataSource.query(
      'TRUNCATE error_counts_second, error_counts_minute, request_counts_second, request_counts_minute, error_groups',
    );
    await this.dataSource.query('DELETE FROM alert_rules WHERE built_in IS NULL');
    await this.dataSource.query('UPDATE alert_rules SET enabled = false, updated_at = now()');
  }

  async rule(changes: Partial<NewRule> = {}): Promise<AlertRule> {
    const settings = { errorThreshold: 10, timeWindowSeconds: 60, notificationMethod: 'log', cooldownSeconds: 0 };
    return await this.rules.configure({ ...settings, ...changes }, ADMIN_ID, ALONE);
  }

  async allRules(): Promise<readonly AlertRule[]> {
    return (await this.rules.page(1, 100)).rules;
  }

  /** The built-in rule, switched on. */
  async builtIn(name: string, changes: RuleChanges = {}): Promise<AlertRule> {
    const rule = (await this.allRules()).find(({ builtIn }) => builtIn === name);
    if (rule === undefined) throw new Error(`There is no rule ${name}`);
    return await this.rules.patch(rule.id, { enabled: true, notificationMethod: 'log', ...changes }, ALONE);
  }

  /** Lets every process evaluate at the same moment, whoever has the lock. */
  async evaluate(): Promise<void> {
    const { signal } = new AbortController();
    await Promise.all(this.apps.map((app) => app.get(AlertEvaluator).run(signal)));
  }

  /** Lets the time pass and evaluates. */
  async evaluateAfter(seconds: number): Promise<void> {
    this.clock.advance(seconds * 1_000);
    await this.evaluate();
  }

  /** The moment that many seconds after what is evaluated next: two seconds ago, negative for before. */
  moment(seconds: number): Date {
    return new Date(this.clock.now().getTime() - 2_000 + seconds * 1_000);
  }

  async group(changes: Partial<ErrorGroup> = {}): Promise<ErrorGroup> {
    const id = randomUUID();
    const at = this.moment(-3_600);
    return await this.dataSource.getRepository(ErrorGroup).save({
      id,
      fingerprint: id,
      fingerprintVersion: 1,
      code: 'STRIPE_TIMEOUT',
      errorClass: 'ExternalServiceError',
      service: 'stripe',
      operation: null,
      title: 'Stripe did not answer in time',
      level: 'error',
      state: 'unresolved',
      ignoreUntil: null,
      ignoreUntilCount: null,
      firstSeenAt: at,
      lastSeenAt: at,
      count: '1',
      usersAffected: 0,
      firstRelease: '1',
      lastRelease: '1',
      resolvedAt: null,
      regressedAt: null,
      updatedAt: at,
      ...changes,
    });
  }

  /** Counts errors of a group as the writers do: in the counters of the second and of the minute. */
  async errors(group: ErrorGroup, count: number, at: Date): Promise<void> {
    for (const unit of ['second', 'minute']) {
      await this.dataSource.query(
        `INSERT INTO error_counts_${unit} AS c (at, group_id, endpoint, service, release, level, code, count)
         VALUES (date_trunc('${unit}', $1::timestamptz), $2, 'GET /x', $3, '1', $4, $5, $6)
         ON CONFLICT (at, group_id, endpoint, service, release, level, code) DO UPDATE SET count = c.count + excluded.count`,
        [at, group.id, group.service ?? '', group.level, group.code, count],
      );
    }
  }

  async firings(rule: AlertRule): Promise<readonly AlertFiring[]> {
    return await this.dataSource.getRepository(AlertFiring).find({
      where: { ruleId: rule.id },
      order: { firedAt: 'ASC', id: 'ASC' },
    });
  }

  async notifications(rule: AlertRule): Promise<readonly AlertNotification[]> {
    return await this.dataSource.getRepository(AlertNotification).find({
      where: { ruleId: rule.id },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
  }

  /** What was told of a rule, in order: `firing`, `resolved`. */
  async told(rule: AlertRule): Promise<readonly string[]> {
    return (await this.notifications(rule)).map(({ message }) => message.event);
  }
}
