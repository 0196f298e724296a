import { randomBytes } from 'node:crypto';
import { eventually } from '../../support/eventually.js';
import type { FaultBed } from '../fault-bed.js';
import type { FaultCell, FaultStory } from '../fault-cell.js';
import { observe, type Observation, witness } from '../observation.js';

interface SendgridFault {
  readonly fault: string;
  readonly injected?: Readonly<Record<string, unknown>>;
  readonly fast?: boolean;
  /** Whether these failures count, so that the circuit opens. */
  readonly opens?: boolean;
}

/** Nobody waits for a mail, so no route may take longer for want of the mail service. */
const AT_ONCE_MS = 3_000;
/** Enough mails for the circuit to open: each is tried once and then waits. */
const NEWCOMERS = 6;
/** People who ask for a new password while other routes are measured. */
const FORGETFUL = 3;

const FAULTS: readonly SendgridFault[] = [
  { fault: 'refuse' },
  { fault: 'reset' },
  { fault: 'hang' },
  { fault: 'slow', injected: { latency_ms: 300 }, opens: false },
  { fault: 'status', injected: { status: 503 }, fast: true },
  { fault: 'rate_limit', injected: { retry_after: 1 } },
  // A 202 whose body cannot be read is accepted all the same.
  { fault: 'malformed', opens: false },
  { fault: 'truncate' },
  { fault: 'lost_answer' },
  { fault: 'auth', opens: false },
];

export const SENDGRID_CELLS: readonly FaultCell[] = FAULTS.map((fault) => ({
  dependency: 'sendgrid',
  fault: fault.fault,
  fast: fault.fast === true,
  prepare: async (bed) => await sendgridStory(bed, fault),
}));

/** People register and one pays, while no mail gets through. All of it takes effect at once, and each mail arrives once in the end. */
async function sendgridStory(bed: FaultBed, { fault, injected, opens = true }: SendgridFault): Promise<FaultStory> {
  const { product } = bed;
  const customer = await product.newCustomer();
  const open = await customer.checkout();
  const newcomers = Array.from({ length: NEWCOMERS }, newAddress);
  const forgetful = Array.from({ length: FORGETFUL }, newAddress);
  for (const email of forgetful) await register(bed, email);
  let resets = 0;

  return {
    inject: async () => {
      await product.injectFault('sendgrid', { kind: fault, ...injected });
    },
    exercise: async () => {
      const seen: Observation[] = [];
      for (const email of newcomers) seen.push(await register(bed, email));
      await customer.payAt(open.sessionUrl);
      seen.push(
        await witness('paid', AT_ONCE_MS, async () => (await customer.paymentStatus(open.sessionId)) === 'completed'),
      );
      await everyMailWasTried(bed);
      return seen;
    },
    breaker: { service: 'sendgrid', opens },
    disturbance: {
      meet: async () => {
        resets += 1;
        await customer.post('/api/auth/request-password-reset', { email: forgetful[resets % FORGETFUL] });
      },
    },
    lift: async () => {
      await product.clearFault('sendgrid');
    },
    healing: [{ what: 'every mail is sent', holds: async () => (await bed.waitingMails()) === 0 }],
    healWithinMs: 60_000,
  };
}

function newAddress(): string {
  return `newcomer-${randomBytes(6).toString('hex')}@example.com`;
}

async function register(bed: FaultBed, email: string): Promise<Observation> {
  return await observe('register', { kind: 'success', status: 201, withinMs: AT_ONCE_MS }, async (limitMs) => {
    const response = await fetch(`${bed.product.origin}/api/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: 'correct-horse-1' }),
      signal: AbortSignal.timeout(limitMs),
    });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  });
}

/** A mail that was refused by an open circuit has been tried as well. */
async function everyMailWasTried(bed: FaultBed): Promise<void> {
  await eventually('every mail was tried', async () => {
    const untried = await bed.query(
      `SELECT 1 FROM emails WHERE status = 'pending' AND (attempts = 0 OR claimed_until IS NOT NULL)`,
    );
    return untried.length === 0;
  });
}
