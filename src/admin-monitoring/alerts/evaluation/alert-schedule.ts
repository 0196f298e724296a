import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { applicationName, Database, DATABASE_URL, SessionLock } from '../../../platform/database/index.js';
import { BuiltInSeeds } from '../rules/built-in-seeds.js';
import { AlertEvaluator } from './alert-evaluator.js';
import { EVALUATION_SECONDS } from './evaluation-moments.js';

/** "alrt" in ASCII, a number of our own. */
const EVALUATION_LOCK = 0x616c7274;

/** Has the rules evaluated every ten seconds by one process of all; when it goes, another one takes over. */
@Injectable()
export class AlertSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(AlertSchedule.name);
  private readonly lock: SessionLock;
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private failing = false;

  constructor(
    private readonly seeds: BuiltInSeeds,
    private readonly evaluator: AlertEvaluator,
    database: Database,
    @Inject(DATABASE_URL) url: string,
    @Inject(APP_CONFIG) config: AppConfig,
  ) {
    this.lock = new SessionLock(
      {
        url,
        applicationName: applicationName(config, 'alerts'),
        key: EVALUATION_LOCK,
        connectTimeoutMs: config.database.connectTimeoutMs,
      },
      (sql, values) => database.read((manager) => manager.query(sql, [...values])),
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.seeds.sow();
    this.timer = setInterval(() => void this.tick(), EVALUATION_SECONDS * 1_000);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.running;
    await this.lock.release();
  }

  /** One evaluation, if it is this process that evaluates; one that takes longer than the pace is waited for. Never rejects. */
  async tick(): Promise<void> {
    this.running ??= this.evaluate().finally(() => {
      this.running = null;
    });
    await this.running;
  }

  private async evaluate(): Promise<void> {
    const { signal } = this.stopping;
    try {
      if (signal.aborted || !(await this.lock.hold())) return;
      await this.evaluator.run(signal);
      this.failing = false;
    } catch (err) {
      // The next run covers the time of this one; one line for each outage is enough.
      if (!this.failing) this.logger.warn({ msg: 'Alert rules cannot be evaluated at the moment', err });
      this.failing = true;
    }
  }
}
