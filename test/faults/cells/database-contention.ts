import { randomUUID } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import type { Customer, CustomerRequest } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import { submissionForm } from '../../support/submission-form.js';
import { type FaultBed, SHORT_TRACK } from '../fault-bed.js';
import type { Expectation, FaultCell, FaultStory } from '../fault-cell.js';
import { bodyOf, observe, type Observation } from '../observation.js';

/** So small that a few requests use it up. */
const POOL_SIZE = 3;

const LIST: CustomerRequest = { method: 'GET', path: '/api/jobs/render' };
const HISTORY: CustomerRequest = { method: 'GET', path: '/api/payments/history' };
const TIERS: CustomerRequest = { method: 'GET', path: '/api/payments/tiers' };
const LIVE: CustomerRequest = { method: 'GET', path: '/health/live' };

const SUCCESS: Expectation = { kind: 'success', status: 200, withinMs: 2_000 };

export const DATABASE_CONTENTION_CELLS: readonly FaultCell[] = [
  {
    dependency: 'database',
    fault: 'pool exhausted',
    env: { DATABASE_POOL_SIZE: String(POOL_SIZE) },
    prepare: exhaustedStory,
  },
  { dependency: 'database', fault: 'lost commit', prepare: lostCommitStory },
];

/** One table is locked by somebody else; whoever wants it keeps a connection until the time limit of statements. */
async function exhaustedStory(bed: FaultBed): Promise<FaultStory> {
  const customer = await bed.product.newCustomer();
  const table = new LockedTable(bed);
  const askOften = async (): Promise<void> => {
    await Promise.all(Array.from({ length: 2 * POOL_SIZE }, async () => await customer.send(LIST, 30_000)));
  };
  return {
    inject: async () => {
      await table.lock();
    },
    exercise: async () => {
      const timedOut = (withinMs: number): Expectation => ({
        kind: 'refusal',
        codes: ['DATABASE_TIMEOUT'],
        withinMs,
      });
      // Ten seconds for the statement, four for its turn where the probe of the worker's rows has a connection too.
      const holders = Array.from({ length: POOL_SIZE }, () => ask(customer, LIST, timedOut(16_000)));
      await eventually('the pool is used up', async () => (await waiting(bed)) >= POOL_SIZE);
      const others = [
        ask(customer, HISTORY, timedOut(5_000)),
        ask(customer, signIn(customer), timedOut(5_500)),
        ask(customer, TIERS, SUCCESS),
        ask(customer, LIVE, SUCCESS),
      ];
      const seen = await Promise.all([...holders, ...others]);
      await table.unlock();
      return seen;
    },
    breaker: null,
    disturbance: {
      routes: [TIERS.path, LIVE.path],
      // The pool is used up while a window lasts, and free before the next one.
      meet: async () => {
        await table.lock();
        const answers = askOften();
        await eventually('the pool is used up', async () => (await waiting(bed)) >= POOL_SIZE);
        await table.unlock();
        await answers;
      },
      without: askOften,
    },
    lift: async () => {
      await table.unlock();
    },
    healing: [{ what: 'the api is ready', holds: async () => (await fetch(`${bed.product.origin}/health/ready`)).ok }],
    healWithinMs: 30_000,
    afterwards: async () => [await ask(customer, LIST, SUCCESS), await ask(customer, HISTORY, SUCCESS)],
  };
}

/** A lock that a transaction of somebody else holds on the jobs. */
class LockedTable {
  private holder: QueryRunner | null = null;

  constructor(private readonly bed: FaultBed) {}

  async lock(): Promise<void> {
    this.holder = this.bed.database.dataSource.createQueryRunner();
    await this.holder.startTransaction();
    await this.holder.query('LOCK TABLE render_jobs IN ACCESS EXCLUSIVE MODE');
  }

  /** Does nothing where it is not locked. */
  async unlock(): Promise<void> {
    const { holder } = this;
    this.holder = null;
    await holder?.rollbackTransaction();
    await holder?.release();
  }
}

/** Commits take place and their answers are lost: of a session, a webhook's effect, a submission and a finished job. */
async function lostCommitStory(bed: FaultBed): Promise<FaultStory> {
  const { databaseProxy: proxy } = bed;
  const customer = await bed.product.newCustomer();
  const create = createSession();
  let lostWebhook = Promise.resolve();
  let lostCompletion = Promise.resolve();
  let jobId = '';
  const finished = `SELECT 1 FROM emails WHERE dedupe_key = 'render_completed:' || $1 AND status = 'sent'`;
  return {
    inject: async () => {
      // Each loss is arranged right before what it is to befall.
      await Promise.resolve();
    },
    exercise: async () => {
      const lostSession = proxy.loseCommit('INSERT INTO "payments"');
      const first = await ask(customer, create, refused(2_000));
      await lostSession;
      const again = await ask(customer, create, { kind: 'success', status: 201, withinMs: 3_000 });
      const { payment_id: paymentId = '', session_url: url = '' } = bodyOf(again);
      lostWebhook = proxy.loseCommit('INSERT INTO "stripe_events"');
      await customer.payAt(url);
      await lostWebhook;
      await eventually('the payment is completed', async () => await hasCredit(bed, paymentId));
      const lostSubmission = proxy.loseCommit('INSERT INTO "render_jobs"');
      const submission = { method: 'POST', path: '/api/jobs/render/submit' } as const;
      const submitted = await ask(
        customer,
        { ...submission, body: submissionForm(paymentId, SHORT_TRACK) },
        { kind: 'success', status: 202, withinMs: 10_000 },
      );
      await lostSubmission;
      jobId = bodyOf(submitted)['job_id'] ?? '';
      lostCompletion = proxy.loseCommit('render_completed:');
      await lostCompletion;
      return [first, again, submitted];
    },
    breaker: null,
    disturbance: {
      meet: async () => {
        const lost = proxy.loseCommit('INSERT INTO "payments"');
        await customer.send(createSession(), 30_000);
        await lost;
      },
      without: async () => {
        await customer.send(createSession(), 30_000);
      },
    },
    lift: async () => await Promise.resolve(),
    healing: [
      { what: 'the mail of the job is sent', holds: async () => (await bed.query(finished, [jobId])).length === 1 },
    ],
    healWithinMs: 30_000,
  };
}

const refused = (withinMs: number): Expectation => ({
  kind: 'refusal',
  codes: ['DATABASE_CONNECTION_ERROR'],
  withinMs,
});

function createSession(): CustomerRequest {
  return {
    method: 'POST',
    path: '/api/payments/create-session',
    body: { tier: 'premium' },
    headers: { 'idempotency-key': randomUUID() },
  };
}

function signIn({ email }: Customer): CustomerRequest {
  return { method: 'POST', path: '/api/auth/login', body: { email, password: 'correct-horse-1' } };
}

async function ask(customer: Customer, request: CustomerRequest, expected: Expectation): Promise<Observation> {
  return await observe(request.path, expected, async (limitMs) => await customer.send(request, limitMs));
}

async function hasCredit(bed: FaultBed, paymentId: string): Promise<boolean> {
  return (await bed.query(`SELECT 1 FROM payments WHERE id = $1 AND status = 'completed'`, [paymentId])).length === 1;
}

/** Connections of the api's pool that wait for the lock. */
async function waiting(bed: FaultBed): Promise<number> {
  const rows = await bed.query(
    `SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'oriel api%' AND wait_event_type = 'Lock'`,
  );
  return rows.length;
}
