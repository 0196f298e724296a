import type { DataSource } from 'typeorm';
import { track } from '../support/audio.js';
import { settledBooks } from '../support/books.js';
import { eventually } from '../support/eventually.js';
import type { ProductUnderTest } from '../support/product.js';
import { letDaysPass, sweepStorage } from './days.js';
import { Dice } from './dice.js';
import { Fleet } from './fleet.js';
import { Order } from './order.js';
import { PatientCustomer } from './patience.js';
import { pause } from './pause.js';
import type { StormOptions } from './storm-options.js';
import { Tally } from './tally.js';
import { Weather } from './weather.js';

const CUSTOMERS = 24;
const REPORT_INTERVAL_MS = 15_000;
/** The longest wait that a fault may leave behind: a reconciliation every five minutes, four of which a payment was just asked. */
const SETTLE_LIMIT_MS = 600_000;
const BOOKS_LIMIT_MS = 120_000;

/** Policies that give up and recover within seconds, so that minutes of storm see many circuits open and close. */
const BRISK = Object.fromEntries(
  ['STRIPE_TIMEOUT_MS', 'GCS_TIMEOUT_MS', 'SENDGRID_TIMEOUT_MS']
    .concat(['STRIPE', 'GCS', 'SENDGRID', 'RENDERING'].map((service) => `${service}_RECOVERY_TIMEOUT_MS`))
    .map((setting) => [`RESILIENCE_${setting}`, '2000']),
);

const ENVIRONMENT = {
  ...BRISK,
  RENDER_CONCURRENCY: '1',
  STORAGE_MIN_FREE_MB: '64',
  DATABASE_POOL_SIZE: '8',
  LOG_LEVEL: 'WARNING',
};

/** What came of it. */
export interface StormResult {
  /** What no customer should have been told. */
  readonly complaints: readonly string[];
  /** Where the books do not balance. */
  readonly discrepancies: readonly string[];
}

/** Customers buy videos while every vendor fails in turn and the processes are killed; then the sky clears and is looked at. */
export class Storm {
  private readonly orders = new Tally();
  private readonly complaints: string[] = [];
  private placed = 0;

  private constructor(
    private readonly product: ProductUnderTest,
    private readonly dataSource: DataSource,
    private readonly options: StormOptions,
    private readonly dice: Dice,
    private readonly fleet: Fleet,
    private readonly say: (line: string) => void,
  ) {}

  static async prepare(
    product: ProductUnderTest,
    dataSource: DataSource,
    options: StormOptions,
    say: (line: string) => void,
  ): Promise<Storm> {
    say(`seed ${options.seed}: ${options.jobs} jobs, at most ${options.minutes} minutes`);
    const fleet = await Fleet.start(product, ENVIRONMENT);
    return new Storm(product, dataSource, options, new Dice(options.seed), fleet, say);
  }

  /** @throws Error when a customer's patience ends or the product does not settle */
  async run(databaseUrl: string): Promise<StormResult> {
    const over = new AbortController();
    const people = await this.people(over.signal);
    const weather = new Weather(this.product, this.dice.fork('weather'));
    const trouble = Promise.all([
      weather.rage(over.signal),
      this.fleet.decimate(this.dice.fork('fleet'), over.signal),
      this.report(over.signal),
    ]);
    const noMoreAtMs = performance.now() + this.options.minutes * 60_000;
    const shopping = people.map((person) => this.shop(person, noMoreAtMs));
    try {
      await Promise.race([Promise.all(shopping), fails(trouble)]);
    } catch (error) {
      this.say(this.fleet.lastWords);
      throw error;
    } finally {
      over.abort();
      await Promise.allSettled([trouble, ...shopping]);
    }
    await trouble;
    const clearedMs = performance.now();
    this.say(`all customers are served; faults: ${weather.faults.text}`);
    this.say(`kills: ${this.fleet.kills.text}`);
    await this.settle();
    this.say(`settled in ${Math.round((performance.now() - clearedMs) / 1_000)} s`);
    const discrepancies = await this.balance(databaseUrl);
    return { complaints: this.complaints, discrepancies };
  }

  /** They sign up one after another: passwords are costly on purpose, and the storm has not begun. */
  private async people(closing: AbortSignal): Promise<readonly PatientCustomer[]> {
    const people: PatientCustomer[] = [];
    while (people.length < Math.min(CUSTOMERS, this.options.jobs)) {
      const dice = this.dice.fork(`customer ${people.length}`);
      people.push(new PatientCustomer(await this.product.newCustomer(), dice, this.complaints, closing));
    }
    return people;
  }

  private async shop(person: PatientCustomer, noMoreAtMs: number): Promise<void> {
    const audio = track(1);
    while (this.placed < this.options.jobs && performance.now() < noMoreAtMs) {
      this.placed += 1;
      // Who leaves without buying makes room for another.
      if (!(await new Order(person, audio, this.orders).run())) this.placed -= 1;
    }
  }

  private async report(signal: AbortSignal): Promise<void> {
    while (await pause(REPORT_INTERVAL_MS, signal)) this.say(`${this.orders.text}; kills ${this.fleet.kills.total}`);
  }

  /** Waits until nothing is under way any more. */
  private async settle(): Promise<void> {
    const underWay = `
      SELECT (SELECT count(*)::int FROM render_jobs WHERE status IN ('queued', 'processing')) AS jobs,
             (SELECT count(*)::int FROM emails WHERE status = 'pending') AS mails,
             (SELECT count(*)::int FROM stored_objects WHERE status = 'stored' AND location = 'local') AS objects`;
    let left: { jobs: number; mails: number; objects: number } | undefined;
    try {
      await eventually(
        'nothing is under way',
        async () => {
          [left] = await this.dataSource.query<{ jobs: number; mails: number; objects: number }[]>(underWay);
          return left !== undefined && left.jobs + left.mails + left.objects === 0;
        },
        SETTLE_LIMIT_MS,
      );
    } catch (error) {
      this.say(`not settled: ${JSON.stringify(left)}\n${this.fleet.lastWords}`);
      throw error;
    }
  }

  /** Left-overs of killed processes may lie until their time is over; then they must be gone as well. */
  private async balance(databaseUrl: string): Promise<readonly string[]> {
    await this.fleet.stop();
    await letDaysPass(this.dataSource, this.product.fallbackDir);
    await this.fleet.start();
    await sweepStorage(databaseUrl);
    const discrepancies = await settledBooks(this.product, this.dataSource, BOOKS_LIMIT_MS);
    const accepted = await this.dataSource.query<{ count: number }[]>('SELECT count(*)::int AS count FROM render_jobs');
    this.say(`${accepted[0]?.count} jobs were accepted: ${this.orders.text}`);
    if (discrepancies.length > 0) this.say(this.fleet.lastWords);
    return discrepancies;
  }
}

/** Never resolves: only the failure of what shall go on matters. */
async function fails(work: Promise<unknown>): Promise<never> {
  await work;
  return await new Promise(() => undefined);
}
