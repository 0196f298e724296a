import { Logger, type Provider } from '@nestjs/common';
import { PgBoss } from 'pg-boss';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { applicationName, DATABASE_URL } from '../database/index.js';
import { OutageLog } from '../logging/index.js';

/** Injection token of the started {@link PgBoss}. */
export const PG_BOSS = Symbol('PgBoss');

/** Seconds between looks for jobs whose worker died; with the least heartbeat (10 s) such a job is free after 20 s. */
const SUPERVISE_INTERVAL_SECONDS = 5;

/**
 * Builds the queue of this process on a small pool of its own (schema `pgboss`), so that jobs are settled and kept alive also
 * when requests have used up the main pool. Only workers supervise and schedule; every process may install the schema.
 */
export function createBoss(url: string, config: AppConfig): PgBoss {
  const works = config.role !== 'api';
  const { connectTimeoutMs, statementTimeoutMs } = config.database;
  // For node-postgres, which pg-boss hands its options to without declaring this one: without it a connection that a
  // firewall has silently dropped would hold a worker's loop for as long as the operating system keeps sending.
  const unansweredLimit = { query_timeout: statementTimeoutMs + connectTimeoutMs };
  const boss = new PgBoss({
    ...unansweredLimit,
    connectionString: url,
    application_name: applicationName(config, `jobs ${config.role}`),
    max: works ? 4 : 2,
    connectionTimeoutMillis: connectTimeoutMs,
    // Bounds every statement of the queue. Index maintenance needs longer, so it is left to the database's own vacuum.
    options: `-c statement_timeout=${statementTimeoutMs}`,
    reindex: false,
    supervise: works,
    schedule: works,
    superviseIntervalSeconds: SUPERVISE_INTERVAL_SECONDS,
    monitorIntervalSeconds: SUPERVISE_INTERVAL_SECONDS,
    // Half a minute is the least that keeps a schedule of whole minutes on time.
    cronMonitorIntervalSeconds: 30,
    cronWorkerIntervalSeconds: 5,
    // The senders need it too: it is what makes them notify.
    useListenNotify: true,
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  const outages = new OutageLog(new Logger('JobQueue'), 'The job queue failed at its own work and goes on');
  // Without a listener an error of the queue's own timers would end the process.
  boss.on('error', (error) => {
    outages.report(error);
  });
  boss.on('warning', (warning) => {
    new Logger('JobQueue').warn({ msg: 'pg-boss warns', warning: warning.message });
  });
  return boss;
}

/** Starts the queue before any module's `onModuleInit`, so that these may enqueue, schedule and register. */
export const pgBossProvider: Provider = {
  provide: PG_BOSS,
  inject: [DATABASE_URL, APP_CONFIG],
  useFactory: async (url: string, config: AppConfig): Promise<PgBoss> => await createBoss(url, config).start(),
};
