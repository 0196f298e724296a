import { track } from '../support/audio.js';
import type { Customer } from '../support/customer.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { DatabaseServerUnderTest } from '../support/database-server.js';
import { FaultyFfmpeg } from '../support/faulty-ffmpeg.js';
import { freePort, type ManagedProcess } from '../support/processes.js';
import { ProductUnderTest } from '../support/product.js';
import { ProductLog } from './product-log.js';

/** Settings with which an outage lasts seconds; thresholds and numbers of attempts stay the product's own. */
const QUICK: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['STRIPE', 'GCS', 'SENDGRID'].flatMap((service) => [
      [`RESILIENCE_${service}_TIMEOUT_MS`, '1000'],
      [`RESILIENCE_${service}_RECOVERY_TIMEOUT_MS`, '1500'],
    ]),
  ),
  // Attempts that succeed are told at this level only, and a slow one is such.
  LOG_LEVEL: 'DEBUG',
  RESILIENCE_RENDERING_RECOVERY_TIMEOUT_MS: '5000',
  RENDER_STALL_TIMEOUT_MS: '8000',
  // Far above what a short render takes, and little enough for a hog to have it before its silence is noticed.
  RENDER_MEMORY_LIMIT_MB: '450',
};

/** A track that renders in a second or two. */
export const SHORT_TRACK = track(1);

/**
 * The product on which all cells are told, one after another: one database behind a proxy, the doubles, an `api` and a `worker` process, and the
 * customers who buy and who look on.
 */
export class FaultBed {
  readonly log = new ProductLog();
  private instances: { readonly api: ManagedProcess; readonly worker: ManagedProcess } | null = null;
  private env: Readonly<Record<string, string>> = {};
  private launched = 0;

  private constructor(
    /** PostgreSQL itself, for a cell that stops or kills it. */
    readonly databaseServer: DatabaseServerUnderTest,
    /** The tests' own way to the database, past the proxy. */
    readonly database: TestDatabase,
    /** The product's way to the database. */
    readonly databaseProxy: DatabaseProxy,
    readonly product: ProductUnderTest,
    /** What the worker renders with. */
    readonly ffmpeg: FaultyFfmpeg,
    private readonly workerPort: number,
    private readonly opened: AsyncDisposableStack,
  ) {}

  static async prepare(): Promise<FaultBed> {
    const opened = new AsyncDisposableStack();
    try {
      // A commit is to survive the death of the server, as in production; that of the machine is not played.
      const server = opened.adopt(
        await DatabaseServerUnderTest.start({ synchronous_commit: 'on' }),
        async (each) => await each.close(),
      );
      const database = opened.adopt(
        await createTestDatabase({ server: server.url }),
        async (each) => await each.close(),
      );
      const proxy = opened.adopt(await DatabaseProxy.start(database.url), async (each) => await each.close());
      const ffmpeg = opened.adopt(new FaultyFfmpeg(), (each) => {
        each.remove();
      });
      const product = opened.adopt(await ProductUnderTest.prepare(proxy.url), async (each) => await each.stop());
      const bed = new FaultBed(server, database, proxy, product, ffmpeg, await freePort(), opened);
      await bed.startInstances();
      return bed;
    } catch (error) {
      await opened.disposeAsync();
      throw error;
    }
  }

  get api(): ManagedProcess {
    return this.running.api;
  }

  get worker(): ManagedProcess {
    return this.running.worker;
  }

  /** A customer who looks on: with a payment and a job to be listed. */
  async newBystander(): Promise<Customer> {
    const customer = await this.product.newCustomer();
    const { paymentId } = await customer.pay();
    const { body } = await customer.submit<{ job_id: string }>(paymentId, SHORT_TRACK);
    await customer.waitForJob(body.job_id, ({ status }) => status === 'completed');
    return customer;
  }

  /** Rows of the product's database. */
  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<readonly Row[]> {
    return await this.database.dataSource.query(sql, [...parameters]);
  }

  /** Mails in the outbox that are neither sent nor given up. */
  async waitingMails(): Promise<number> {
    return (await this.query(`SELECT 1 FROM emails WHERE status = 'pending'`)).length;
  }

  /** Sees to it that the product runs with these settings besides its own. */
  async requireSettings(env: Readonly<Record<string, string>>): Promise<void> {
    if (JSON.stringify(env) === JSON.stringify(this.env)) return;
    await this.worker.end();
    await this.api.end();
    this.env = env;
    await this.startInstances();
  }

  /** Starts the `api` process, after a cell has ended it. */
  async startApi(): Promise<ManagedProcess> {
    return await this.start('api', this.product.port);
  }

  /** Starts the `worker` process, after a cell has ended it. */
  async startWorker(): Promise<ManagedProcess> {
    return await this.start('worker', this.workerPort);
  }

  async end(): Promise<void> {
    await this.opened.disposeAsync();
  }

  private get running(): { readonly api: ManagedProcess; readonly worker: ManagedProcess } {
    if (this.instances === null) throw new Error('The product was not started');
    return this.instances;
  }

  private async startInstances(): Promise<void> {
    const [api, worker] = await Promise.all([
      this.launch('api', this.product.port),
      this.launch('worker', this.workerPort),
    ]);
    this.instances = { api, worker };
  }

  private async start(role: 'api' | 'worker', port: number): Promise<ManagedProcess> {
    const instance = await this.launch(role, port);
    this.instances = { ...this.running, [role]: instance };
    return instance;
  }

  private async launch(role: 'api' | 'worker', port: number): Promise<ManagedProcess> {
    this.launched += 1;
    const env = {
      ROLE: role,
      RENDER_CONCURRENCY: '1',
      INSTANCE_ID: `${role}-${this.launched}`,
      ...QUICK,
      ...(role === 'worker' ? { FFMPEG_PATH: this.ffmpeg.path } : {}),
      ...this.env,
    };
    return await this.product.startInstance(env, port, (instance) => {
      this.log.follow(instance);
    });
  }
}
