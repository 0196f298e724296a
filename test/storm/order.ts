import { randomUUID } from 'node:crypto';
import type { CustomerRequest, JobView } from '../support/customer.js';
import { submissionForm } from '../support/submission-form.js';
import type { PatientCustomer } from './patience.js';
import type { Tally } from './tally.js';

const CARDS = { pays: '4242424242424242', settlesLater: 'async', declined: '4000000000000002' } as const;

/** A video of a second is a few kilobytes. */
const DOWNLOAD_MS = 10_000;

interface Session {
  readonly payment_id: string;
  readonly session_id: string;
  readonly session_url: string;
}

interface Entry {
  readonly payment_id: string;
  readonly status: string;
}

/** One visit to the shop: from the price to the video, with the detours people take. */
export class Order {
  constructor(
    private readonly person: PatientCustomer,
    private readonly audio: Uint8Array<ArrayBuffer>,
    private readonly tally: Tally,
  ) {}

  /** @returns whether it ended with a video; false when nothing was bought */
  async run(): Promise<boolean> {
    const { dice } = this.person;
    const session = await this.openCheckout();
    if (dice.chance(0.06)) return this.leave('checkouts abandoned');
    if (dice.chance(0.15)) {
      await this.pay(session, CARDS.declined);
      this.tally.add('cards declined');
      if (dice.chance(0.3)) return this.leave('checkouts abandoned after a decline');
    }
    await this.pay(session, dice.chance(0.1) ? CARDS.settlesLater : CARDS.pays);
    await this.untilCredited(session);
    let jobId = await this.submit(session.payment_id);
    for (;;) {
      if (dice.chance(0.08) && (await this.cancel(jobId))) {
        jobId = await this.submit(session.payment_id);
        continue;
      }
      const { status } = await this.untilEnded(jobId);
      if (status === 'completed') break;
      this.tally.add('jobs failed, credit back');
      jobId = dice.chance(0.5) ? await this.retry(jobId) : await this.submit(session.payment_id);
    }
    if (dice.chance(0.5)) await this.download(jobId);
    this.tally.add('jobs completed');
    return true;
  }

  private leave(how: string): false {
    this.tally.add(how);
    return false;
  }

  /** The page repeats the request under one key, so that however often it is sent there is one session. */
  private async openCheckout(): Promise<Session> {
    const key = randomUUID();
    const { status, body, error } = await this.person.insist<Session>(() => ({
      method: 'POST',
      path: '/api/payments/create-session',
      body: { tier: 'premium' },
      headers: { 'idempotency-key': key },
    }));
    if (status === 201) return body;
    throw new Error(`create-session answered ${status} ${error?.code}`);
  }

  private async pay({ session_url: url }: Session, card: string): Promise<void> {
    const response = await fetch(`${url}/pay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ card }),
    });
    const expected = card === CARDS.declined ? 402 : 200;
    if (response.status !== expected) throw new Error(`The checkout page answered ${response.status}`);
  }

  /** Some wait on the page that asks how the payment stands; others have closed it and look at their history later. */
  private async untilCredited({ payment_id: id, session_id: sessionId }: Session): Promise<void> {
    const { dice } = this.person;
    const closedThePage = dice.chance(0.3);
    await this.person.until(`the credit of payment ${id}`, async () => {
      if (!closedThePage) {
        const path = `/api/payments/status/${sessionId}`;
        const { body } = await this.person.insist<{ status: string }>(() => get(path));
        return body.status === 'completed';
      }
      const path = '/api/payments/history?per_page=100';
      const { body } = await this.person.insist<{ history: readonly Entry[] }>(() => get(path));
      return body.history.some((entry) => entry.payment_id === id && entry.status === 'completed');
    });
  }

  /** Sent again after an answer that was lost, it finds the job that it has made. */
  private async submit(paymentId: string): Promise<string> {
    const { status, body, error } = await this.person.insist<{ job_id: string }>(() => ({
      method: 'POST',
      path: '/api/jobs/render/submit',
      body: submissionForm(paymentId, this.audio, {}),
    }));
    if (status === 202) return body.job_id;
    const made = error?.code === 'PAYMENT_ALREADY_USED' ? error.details.job_id : undefined;
    if (made === undefined) throw new Error(`submit answered ${status} ${error?.code}`);
    this.tally.add('submits repeated');
    return made;
  }

  /** @returns whether it was cancelled; false when it was over before */
  private async cancel(jobId: string): Promise<boolean> {
    const { status, error } = await this.person.insist(() => post(`/api/jobs/render/cancel/${jobId}`));
    if (status === 200) this.tally.add('jobs cancelled');
    else if (error?.code !== 'JOB_NOT_CANCELLABLE') this.person.complain(`cancel: ${status} ${error?.code}`);
    return status === 200;
  }

  private async untilEnded(jobId: string): Promise<JobView> {
    const seen: JobView[] = [];
    const path = `/api/jobs/render/status/${jobId}`;
    await this.person.until(`the end of job ${jobId}`, async () => {
      const { body } = await this.person.insist<{ job: JobView }>(() => get(path));
      seen[0] = body.job;
      return body.job.status === 'completed' || body.job.status === 'failed';
    });
    const [job] = seen;
    if (job === undefined) throw new Error(`Job ${jobId} was never seen`);
    return job;
  }

  /** Sent again after an answer that was lost, it is refused, since the job has been started. */
  private async retry(jobId: string): Promise<string> {
    this.tally.add('jobs retried');
    const { status, error } = await this.person.insist(() => post(`/api/jobs/render/retry/${jobId}`));
    const accepted = status === 202 || error?.code === 'JOB_NOT_RETRYABLE';
    if (!accepted) throw new Error(`retry answered ${status} ${error?.code}`);
    return jobId;
  }

  private async download(jobId: string): Promise<void> {
    const path = `/api/jobs/render/download/${jobId}`;
    await this.person.until(`the video of job ${jobId}`, async () => {
      const { body } = await this.person.insist<{ download_url: string; size_bytes: number }>(() => get(path));
      return (await fetched(body.download_url)) === body.size_bytes;
    });
    this.tally.add('videos downloaded');
  }
}

function get(path: string): CustomerRequest {
  return { method: 'GET', path };
}

function post(path: string): CustomerRequest {
  return { method: 'POST', path, body: {} };
}

/** How many bytes come; none when the transfer breaks off, which is then begun again, as browsers do. */
async function fetched(url: string): Promise<number> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS) });
    return response.ok ? (await response.bytes()).length : 0;
  } catch {
    // The vendor is in the storm as well.
    return 0;
  }
}
