import type { ErrorCode } from '../../../src/platform/errors/index.js';
import type { Customer, Purchase } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import type { RenderingFault } from '../../support/faulty-ffmpeg.js';
import { submissionForm } from '../../support/submission-form.js';
import { type FaultBed, SHORT_TRACK } from '../fault-bed.js';
import type { FaultCell, FaultStory } from '../fault-cell.js';
import { bodyOf, finding, observe, type Observation } from '../observation.js';

interface FaultOfRendering {
  readonly fault: RenderingFault;
  /** What a job fails with that meets it at every attempt. */
  readonly code: ErrorCode;
}

const FAULTS: readonly FaultOfRendering[] = [
  { fault: 'fail', code: 'FFMPEG_ERROR' },
  { fault: 'kill', code: 'RENDERING_RESOURCE_ERROR' },
  { fault: 'stall', code: 'RENDERING_STALLED' },
  { fault: 'no_space', code: 'RENDERING_DISK_ERROR' },
  { fault: 'oom', code: 'RENDERING_MEMORY_ERROR' },
  { fault: 'garbage_output', code: 'RENDERING_OUTPUT_INVALID' },
];

const ATTEMPTS = 3;
/** Five failures: of a render that stalls each takes 8 s, and some more where the machine is busy. */
const FAILING_LIMIT_MS = 150_000;
const RENDER_LIMIT_MS = 60_000;

/** The six faults of rendering, each with a real cause. */
export const RENDERING_CELLS: readonly FaultCell[] = FAULTS.map((fault) => ({
  dependency: 'rendering',
  fault: fault.fault,
  prepare: async (bed) => await renderingStory(bed, fault),
}));

/**
 * Two jobs of three attempts each, and a circuit that opens after five failures: one job fails for good, and the other has one attempt
 * left, which it keeps until rendering has healed.
 */
async function renderingStory(bed: FaultBed, { fault, code }: FaultOfRendering): Promise<FaultStory> {
  const customer = await bed.product.newCustomer();
  const purchases = [await customer.pay(), await customer.pay()];
  const jobs = new Map<string, Purchase>();

  return {
    inject: async () => {
      bed.ffmpeg.inject(fault, 100);
      await Promise.resolve();
    },
    exercise: async () => {
      const seen: Observation[] = [];
      for (const purchase of purchases) {
        const submitted = await submit(customer, purchase);
        seen.push(submitted);
        jobs.set(bodyOf(submitted)['job_id'] ?? '', purchase);
      }
      await eventually('the circuit opens', () => circuitOpened(bed), FAILING_LIMIT_MS);
      const jobId = await failedJob(customer, [...jobs.keys()]);
      return [...seen, await failureSeen(customer, jobId, jobs.get(jobId)?.sessionId ?? '', code)];
    },
    breaker: { service: 'rendering', opens: true },
    disturbance: { unmeasured: 'a render takes both processors of a small machine, whether it fails or not' },
    lift: async () => {
      bed.ffmpeg.clear();
      await Promise.resolve();
    },
    healing: [
      {
        what: 'the job that waited is completed',
        holds: async () => (await statuses(customer, [...jobs.keys()])).includes('completed'),
      },
      { what: 'no ffmpeg is left', holds: async () => await Promise.resolve(bed.ffmpeg.running.length === 0) },
    ],
    healWithinMs: RENDER_LIMIT_MS,
    afterwards: async () => {
      const jobId = await failedJob(customer, [...jobs.keys()]);
      const path = `/api/jobs/render/retry/${jobId}`;
      const again = await observe('retry', { kind: 'success', status: 202, withinMs: 3_000 }, async (limitMs) =>
        customer.send({ method: 'POST', path }, limitMs),
      );
      await customer.waitForJob(jobId, ({ status }) => status === 'completed', RENDER_LIMIT_MS);
      return [again];
    },
  };
}

async function submit(customer: Customer, { paymentId }: Purchase): Promise<Observation> {
  const body = submissionForm(paymentId, SHORT_TRACK);
  return await observe('submit', { kind: 'success', status: 202, withinMs: 8_000 }, async (limitMs) =>
    customer.send({ method: 'POST', path: '/api/jobs/render/submit', body }, limitMs),
  );
}

function circuitOpened(bed: FaultBed): boolean {
  return bed.log.ofService('rendering').some(({ policy_event: event }) => event === 'break');
}

async function statuses(customer: Customer, jobIds: readonly string[]): Promise<readonly string[]> {
  return await Promise.all(jobIds.map(async (jobId) => (await customer.job(jobId)).status));
}

/** The one job that has failed; its row follows the opening of the circuit by a moment. */
async function failedJob(customer: Customer, jobIds: readonly string[]): Promise<string> {
  let failed: readonly string[] = [];
  await eventually('one job has failed for good', async () => {
    const found = await statuses(customer, jobIds);
    failed = jobIds.filter((_, index) => found[index] === 'failed');
    return failed.length === 1;
  });
  return failed[0] ?? '';
}

/** What the customer of a failed job finds: the reason, after all attempts, and the credit. */
async function failureSeen(
  customer: Customer,
  jobId: string,
  sessionId: string,
  code: ErrorCode,
): Promise<Observation> {
  const { attempt, error } = await customer.job(jobId);
  const credit = await customer.paymentStatus(sessionId);
  const right = error?.code === code && attempt === ATTEMPTS && credit === 'completed';
  return finding(
    `job: ${error?.code} after ${attempt} attempts, credit ${credit}`,
    right,
    `${code} after ${ATTEMPTS} attempts, with the credit back`,
  );
}
