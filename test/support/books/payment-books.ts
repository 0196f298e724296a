import type { Query } from '../books.js';
import type { SandboxView } from '../sandbox-view.js';

interface PaymentRow {
  readonly id: string;
  readonly status: 'pending' | 'completed' | 'consumed' | 'failed' | 'expired' | 'refunded';
  readonly jobId: string | null;
  readonly stripeSessionId: string | null;
}

interface JobRow {
  readonly id: string;
  readonly paymentId: string;
  readonly status: 'queued' | 'processing' | 'completed' | 'failed' | 'cancelled';
}

/** Money against credits against jobs: nothing paid is lost, nothing is paid or used twice. */
export async function paymentDiscrepancies(query: Query, sandbox: SandboxView): Promise<readonly string[]> {
  const payments = await query<PaymentRow>(
    'SELECT id, status, job_id AS "jobId", stripe_session_id AS "stripeSessionId" FROM payments',
  );
  const jobs = await query<JobRow>('SELECT id, payment_id AS "paymentId", status FROM render_jobs');
  const sessions = await sandbox.sessions();
  const paid = Map.groupBy(
    sessions.filter((session) => session.payment_status === 'paid'),
    ({ metadata }) => metadata.payment_id ?? 'nothing',
  );
  const holders = Map.groupBy(
    jobs.filter(({ status }) => status !== 'failed' && status !== 'cancelled'),
    ({ paymentId }) => paymentId,
  );
  const known = new Set(payments.map(({ id }) => id));
  return [
    ...payments.flatMap((payment) => moneyProblems(payment, idsOf(paid.get(payment.id)))),
    ...payments.flatMap((payment) => creditProblems(payment, idsOf(holders.get(payment.id)))),
    ...[...paid.keys()].filter((id) => !known.has(id)).map((id) => `Stripe was paid for ${id}, which is no payment`),
    ...jobs.flatMap(({ id, status }) =>
      status === 'queued' || status === 'processing' ? [`job ${id} is still ${status}`] : [],
    ),
  ];
}

/** @param sessions - the sessions of this payment that were paid at Stripe */
function moneyProblems({ id, status, stripeSessionId }: PaymentRow, sessions: readonly string[]): readonly string[] {
  const problems: string[] = [];
  if (sessions.length > 1) problems.push(`payment ${id} was charged ${sessions.length} times`);
  const counts = status === 'completed' || status === 'consumed' || status === 'refunded';
  if (sessions.length > 0 && !counts) problems.push(`payment ${id} was paid at Stripe and is ${status} here`);
  if (sessions.length === 0 && counts) problems.push(`payment ${id} is ${status} and was not paid at Stripe`);
  if (sessions.length === 1 && sessions[0] !== stripeSessionId) {
    problems.push(`payment ${id} was paid in another session than the one it names`);
  }
  return problems;
}

/** @param jobs - the jobs that live, or have lived, on this payment's credit */
function creditProblems({ id, status, jobId }: PaymentRow, jobs: readonly string[]): readonly string[] {
  if (status === 'refunded') return [];
  if (status !== 'consumed') return jobs.map((job) => `payment ${id} is ${status} although job ${job} has its credit`);
  if (jobs.length === 1 && jobs[0] === jobId) return [];
  return [`payment ${id} is consumed by job ${jobId}, and the jobs on it are: ${jobs.join(', ') || 'none'}`];
}

function idsOf(items: readonly { readonly id: string }[] = []): readonly string[] {
  return items.map(({ id }) => id);
}
