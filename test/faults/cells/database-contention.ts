import { randomUUID } from 'node:crypto';
import type { Customer, CustomerRequest } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import { submissionForm } from '../../support/submission-form.js';
import { type FaultBed, SHORT_TRACK } from '../fault-bed.js';
import type { Expectation, FaultCell, FaultStory } from '../fault-cell.js';
import { bodyOf, observe, type Observation } from '../observation.js';

export const DATABASE_CONTENTION_CELLS: readonly FaultCell[] = [
  { dependency: 'database', fault: 'lost commit', fast: true, prepare: lostCommitStory },
];

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

async function ask(customer: Customer, request: CustomerRequest, expected: Expectation): Promise<Observation> {
  return await observe(request.path, expected, async (limitMs) => await customer.send(request, limitMs));
}

async function hasCredit(bed: FaultBed, paymentId: string): Promise<boolean> {
  return (await bed.query(`SELECT 1 FROM payments WHERE id = $1 AND status = 'completed'`, [paymentId])).length === 1;
}
