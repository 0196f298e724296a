import { track } from '../../support/audio.js';
import type { Customer } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import type { FaultBed } from '../fault-bed.js';
import type { Expectation, FaultCell, FaultStory, Healing } from '../fault-cell.js';
import { observe, type Observation } from '../observation.js';

/** How the database is taken away, what callers get meanwhile, and how it comes back. */
interface Outage {
  readonly fault: string;
  readonly fast?: boolean;
  readonly begin: (bed: FaultBed) => Promise<void>;
  /** What a request gets that needs the database. */
  readonly expected: Expectation;
  /** Whether instances take themselves out of the traffic. */
  readonly unready: boolean;
  readonly end: (bed: FaultBed) => Promise<void>;
  readonly healWithinMs: number;
}

/** Long enough to be under way when the database goes. */
const TRACK = track(4);

const AT_ONCE: Expectation = { kind: 'success', status: 200, withinMs: 2_000 };
const REFUSED: Expectation = { kind: 'refusal', codes: ['DATABASE_CONNECTION_ERROR'], withinMs: 5_000 };

/** A render of a few seconds on a busy machine. */
const RENDERED_MS = 60_000;

/** A server that stopped or was killed recovers and starts. */
const BACK_MS = 60_000;

/** A job whose worker lost sight of it is taken up again after at most half a minute. */
const HEAL_MS = 90_000;

const OUTAGES: readonly Outage[] = [
  {
    fault: 'stopped',
    begin: async (bed) => {
      bed.databaseServer.shutDown();
      await bed.databaseProxy.close();
    },
    expected: REFUSED,
    unready: true,
    end: comeBack,
    healWithinMs: HEAL_MS,
  },
  {
    fault: 'killed',
    fast: true,
    begin: async (bed) => {
      bed.databaseServer.kill();
      await bed.databaseProxy.close();
    },
    expected: REFUSED,
    unready: true,
    end: comeBack,
    healWithinMs: HEAL_MS,
  },
  {
    fault: 'slow',
    begin: async (bed) => {
      bed.databaseProxy.delay(200);
    },
    expected: { kind: 'success', status: 200, withinMs: 5_000 },
    unready: false,
    end: async (bed) => {
      bed.databaseProxy.delay(0);
    },
    healWithinMs: HEAL_MS,
  },
  {
    fault: 'silent',
    begin: async (bed) => {
      bed.databaseProxy.stall();
    },
    // A connection that was there is given up when its statement is 15 s old, one to be made after 5 s.
    expected: { kind: 'refusal', codes: ['DATABASE_CONNECTION_ERROR', 'DATABASE_TIMEOUT'], withinMs: 18_000 },
    unready: true,
    end: async (bed) => {
      bed.databaseProxy.forgetStalled();
    },
    healWithinMs: HEAL_MS,
  },
];

export const DATABASE_CELLS: readonly FaultCell[] = [
  { dependency: 'database', fault: 'down at boot', prepare: async (bed) => await bootStory(bed) },
  ...OUTAGES.map((outage) => ({
    dependency: 'database',
    fault: outage.fault,
    fast: outage.fast === true,
    prepare: async (bed: FaultBed) => await outageStory(bed, outage),
  })),
];

/** A customer whose render is under way, others who come and go, and the probes. */
async function outageStory(bed: FaultBed, outage: Outage): Promise<FaultStory> {
  const customer = await bed.product.newCustomer();
  const { paymentId } = await customer.pay();
  let jobId = '';
  return {
    inject: async () => {
      const { body } = await customer.submit<{ job_id: string }>(paymentId, TRACK);
      jobId = body.job_id;
      await customer.waitForJob(jobId, ({ stage }) => stage === 'rendering');
      await eventually('the render draws', () => bed.ffmpeg.running.length > 0);
      await outage.begin(bed);
    },
    exercise: async () => {
      if (outage.unready) await eventually('the api is not ready', async () => !(await isReady(bed.product.origin)));
      const ready: Expectation = outage.unready
        ? { kind: 'refusal', codes: ['SERVICE_UNAVAILABLE'], withinMs: 5_000 }
        : AT_ONCE;
      const seen = await Promise.all([
        get(customer, '/health/live', AT_ONCE),
        get(customer, '/health/ready', ready),
        get(customer, '/api/payments/tiers', AT_ONCE),
        get(customer, '/api/jobs/render', outage.expected),
        signIn(customer, outage.expected),
      ]);
      // Neither its frames nor the server's recovery are the product's answer to the fault, but both take the processor.
      await eventually('the render draws no more', () => bed.ffmpeg.running.length === 0, RENDERED_MS);
      await eventually('the server is back', async () => (await bed.query('SELECT 1')).length === 1, BACK_MS);
      return seen;
    },
    breaker: null,
    // One who needs the database, beside others who look at what needs none.
    disturbance: {
      routes: ['/api/payments/tiers', '/health/live'],
      meet: async () => {
        await customer.send({ method: 'GET', path: '/api/jobs/render' }, 30_000);
      },
    },
    lift: async () => {
      await outage.end(bed);
    },
    healing: [ready('api', bed.product.origin), completed(bed, () => jobId), mailed(bed, () => jobId)],
    healWithinMs: outage.healWithinMs,
    afterwards: async () => [await get(customer, '/api/jobs/render', AT_ONCE), await signIn(customer, AT_ONCE)],
  };
}

/** Both processes are started without a database, wait for it, and go to work as soon as it is there. */
async function bootStory(bed: FaultBed): Promise<FaultStory> {
  const started = { api: false, worker: false };
  const customer = await bed.product.newCustomer();
  return {
    inject: async () => {
      await Promise.all([bed.api.end(), bed.worker.end()]);
      await bed.databaseProxy.close();
    },
    exercise: async () => {
      // A start that fails leaves its mark false, and the healing says so.
      bed.startApi().then(
        () => (started.api = true),
        () => undefined,
      );
      bed.startWorker().then(
        () => (started.worker = true),
        () => undefined,
      );
      await eventually('both wait', () => bed.log.complaintsOf('The database is not there yet') >= 4);
      return [];
    },
    breaker: null,
    disturbance: { unmeasured: 'nobody answers before the database has been there' },
    lift: async () => {
      await bed.databaseProxy.open();
    },
    healing: [
      { what: 'the api has started', holds: async () => await Promise.resolve(started.api) },
      { what: 'the worker has started', holds: async () => await Promise.resolve(started.worker) },
    ],
    healWithinMs: 60_000,
    afterwards: async () => [await get(customer, '/api/jobs/render', AT_ONCE)],
  };
}

/** The server comes back by itself; the way to it is opened when it has. */
async function comeBack(bed: FaultBed): Promise<void> {
  await eventually('the server is back', async () => (await bed.query('SELECT 1')).length === 1, BACK_MS);
  await bed.databaseProxy.open();
}

async function isReady(origin: string): Promise<boolean> {
  return (await fetch(`${origin}/health/ready`)).ok;
}

function ready(name: string, origin: string): Healing {
  return { what: `the ${name} is ready`, holds: async () => await isReady(origin) };
}

function completed(bed: FaultBed, jobId: () => string): Healing {
  const sql = `SELECT 1 FROM render_jobs WHERE id = $1 AND status = 'completed'`;
  return { what: 'the job completes', holds: async () => (await bed.query(sql, [jobId()])).length === 1 };
}

function mailed(bed: FaultBed, jobId: () => string): Healing {
  const sql = `SELECT 1 FROM emails WHERE dedupe_key = 'render_completed:' || $1 AND status = 'sent'`;
  return { what: 'its mail is sent', holds: async () => (await bed.query(sql, [jobId()])).length === 1 };
}

async function get(customer: Customer, path: string, expected: Expectation): Promise<Observation> {
  return await observe(path, expected, async (limitMs) => await customer.send({ method: 'GET', path }, limitMs));
}

async function signIn(customer: Customer, expected: Expectation): Promise<Observation> {
  const body = { email: customer.email, password: 'correct-horse-1' };
  const request = { method: 'POST', path: '/api/auth/login', body } as const;
  return await observe('login', expected, async (limitMs) => await customer.send(request, limitMs));
}
