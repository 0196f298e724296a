import type { Customer, CustomerRequest } from '../../support/customer.js';
import { submissionForm } from '../../support/submission-form.js';
import { type FaultBed, SHORT_TRACK } from '../fault-bed.js';
import type { FaultCell, FaultStory } from '../fault-cell.js';
import { bodyOf, observe, type Observation, witness } from '../observation.js';

interface GcsFault {
  readonly fault: string;
  readonly injected?: Readonly<Record<string, unknown>>;
  readonly fast?: boolean;
  /** How long a submission may take, all attempts at an upload and the pauses between them included. */
  readonly withinMs?: number;
  /** Whether these failures count, so that the circuit opens. */
  readonly opens?: boolean;
}

/** Three attempts that fail at once, two pauses of up to 0.6 s and 1.8 s, and what a busy machine adds. */
const ATTEMPTS_MS = 5_000;
/** The same with attempts that end at their limit only. */
const SLOW_ATTEMPTS_MS = 9_000;
/** A render of a second or two, with three uploads that fail. */
const RENDERED_MS = 60_000;

const FAULTS: readonly GcsFault[] = [
  { fault: 'refuse' },
  { fault: 'reset' },
  { fault: 'hang', withinMs: SLOW_ATTEMPTS_MS },
  { fault: 'slow', injected: { latency_ms: 300 }, opens: false },
  { fault: 'status', injected: { status: 503 } },
  { fault: 'rate_limit', injected: { retry_after: 1 }, withinMs: SLOW_ATTEMPTS_MS },
  { fault: 'malformed' },
  { fault: 'truncate' },
  { fault: 'lost_answer', fast: true },
  { fault: 'auth', opens: false },
];

export const GCS_CELLS: readonly FaultCell[] = FAULTS.map((fault) => ({
  dependency: 'gcs',
  fault: fault.fault,
  fast: fault.fast === true,
  prepare: async (bed) => await gcsStory(bed, fault),
}));

/**
 * A job whose track lies in the bucket when the fault begins, and one that is submitted meanwhile. The second must be rendered and
 * downloaded as if nothing were; the first when its track can be read again.
 */
async function gcsStory(bed: FaultBed, { fault, injected, ...given }: GcsFault): Promise<FaultStory> {
  const { withinMs = ATTEMPTS_MS, opens = true } = given;
  const { product } = bed;
  const customer = await product.newCustomer();
  const credits = [await customer.pay(), await customer.pay(), await customer.pay()].map(({ paymentId }) => paymentId);
  const [before = '', meanwhile = '', spare = ''] = credits;
  let waiting = '';
  let finished = '';

  return {
    inject: async () => {
      await bed.worker.whileSuspended(async () => {
        const { body } = await customer.submit<{ job_id: string }>(before, SHORT_TRACK);
        waiting = body.job_id;
        await product.injectFault('gcs', { kind: fault, ...injected });
      });
    },
    exercise: async () => {
      const submitted = await observe('submit', { kind: 'success', status: 202, withinMs }, async (limitMs) =>
        customer.send(submission(meanwhile), limitMs),
      );
      finished = bodyOf(submitted)['job_id'] ?? '';
      const rendered = await witness('rendered', RENDERED_MS, async () => isCompleted(customer, finished));
      return [submitted, rendered, ...(await downloaded('download', customer, finished))];
    },
    breaker: { service: 'gcs', opens },
    disturbance: {
      meet: async () => await submitAndCancel(customer, spare),
      suspendWorker: true,
    },
    lift: async () => {
      await product.clearFault('gcs');
    },
    healing: [
      { what: 'the job that waited for its track is completed', holds: async () => isCompleted(customer, waiting) },
      { what: 'everything lies in the bucket', holds: async () => (await inFallbackStorage(bed)) === 0 },
    ],
    healWithinMs: 60_000,
    afterwards: async () => [
      ...(await downloaded('download of the first', customer, waiting)),
      ...(await downloaded('download of the second', customer, finished)),
    ],
  };
}

function submission(paymentId: string): CustomerRequest {
  return { method: 'POST', path: '/api/jobs/render/submit', body: submissionForm(paymentId, SHORT_TRACK) };
}

async function isCompleted(customer: Customer, jobId: string): Promise<boolean> {
  const { status, error } = await customer.job(jobId);
  if (status === 'failed') throw new Error(`Job ${jobId} failed with ${error?.code}`);
  return status === 'completed';
}

/** The link, and the whole video from where it leads. */
async function downloaded(what: string, customer: Customer, jobId: string): Promise<readonly Observation[]> {
  const expected = { kind: 'success', status: 200, withinMs: 5_000 } as const;
  const link = await observe(`${what} link`, expected, async (limitMs) =>
    customer.send({ method: 'GET', path: `/api/jobs/render/download/${jobId}` }, limitMs),
  );
  const { download_url: url = '', size_bytes: sizeBytes } = bodyOf(link);
  const video = await observe(what, expected, async (limitMs) => {
    const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
    const { length } = await response.bytes();
    return { status: response.status, headers: {}, body: `${length} of ${sizeBytes} bytes` };
  });
  return [link, video];
}

async function submitAndCancel(customer: Customer, paymentId: string): Promise<void> {
  const { body } = await customer.submit<{ job_id?: string }>(paymentId, SHORT_TRACK);
  if (body.job_id !== undefined) await customer.post(`/api/jobs/render/cancel/${body.job_id}`);
}

async function inFallbackStorage(bed: FaultBed): Promise<number> {
  const rows = await bed.query(`SELECT 1 FROM stored_objects WHERE status = 'stored' AND location = 'local'`);
  return rows.length;
}
