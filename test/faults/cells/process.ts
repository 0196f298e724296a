import { track } from '../../support/audio.js';
import type { Customer, JobView } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import type { DoubledService } from '../../support/sandbox-view.js';
import type { FaultBed } from '../fault-bed.js';
import type { FaultCell, FaultStory } from '../fault-cell.js';
import { finding, observe, type Observation } from '../observation.js';

/** Where a job may be when a process ends; `mailing` is after its completion. */
const STAGES = ['queued', 'preparing', 'rendering', 'storing', 'mailing'] as const;

type Stage = (typeof STAGES)[number];

interface EndOfProcess {
  readonly signal: 'SIGTERM' | 'SIGKILL';
  readonly role: 'api' | 'worker';
  readonly stage: Stage;
}

/** Stages in which a worker that is killed takes the attempt with it; one that is asked to stop hands it back. */
const UNDER_WAY: ReadonlySet<Stage> = new Set(['preparing', 'rendering', 'storing']);
/** Long enough to be met in every stage. */
const TRACK = track(3);
/** Another worker takes the job of a dead one within this time (resilience.md), and then renders it. */
const TAKEN_WITHIN_MS = 60_000;
const RENDER_MS = 15_000;

const NOBODY_ANSWERS = 'the process that ended is the one that answers';
const WORKER_IS_GONE = 'a worker that is gone takes nothing from the process that answers';

/** SIGTERM and SIGKILL of the api and of the worker in each stage of a job. */
export const PROCESS_CELLS: readonly FaultCell[] = (['worker', 'api'] as const).flatMap((role) =>
  (['SIGTERM', 'SIGKILL'] as const).flatMap((signal) =>
    STAGES.map((stage) => ({
      dependency: 'process',
      fault: `${signal} of ${role}, job ${stage}`,
      prepare: async (bed: FaultBed) => await endingStory(bed, { signal, role, stage }),
    })),
  ),
);

async function endingStory(bed: FaultBed, { signal, role, stage }: EndOfProcess): Promise<FaultStory> {
  const customer = await bed.product.newCustomer();
  const jobIds: string[] = [];
  let exitCode: number | null = null;

  return {
    inject: async () => {
      jobIds.push(...(await jobsIn(stage, bed, customer)));
      const ending = role === 'api' ? bed.api : bed.worker;
      await ending.end(signal);
      exitCode = ending.exitCode;
    },
    exercise: async () => {
      const expected = signal === 'SIGTERM' ? 0 : null;
      const ended = finding(`${role}: ended with ${exitCode ?? signal}`, exitCode === expected, String(expected));
      return role === 'api' ? [ended] : [ended, await statusSeen(customer, jobIds.at(-1) ?? '')];
    },
    breaker: null,
    disturbance: { unmeasured: role === 'api' ? NOBODY_ANSWERS : WORKER_IS_GONE },
    lift: async () => {
      bed.ffmpeg.clear();
      await bed.product.clearFault('gcs');
      await bed.product.clearFault('sendgrid');
      await (role === 'api' ? bed.startApi() : bed.startWorker());
    },
    healing: [
      {
        what: 'every job is completed',
        holds: async () => {
          const jobs = await Promise.all(jobIds.map(async (jobId) => await customer.job(jobId)));
          return jobs.every(({ status }) => status === 'completed');
        },
      },
      // What a worker that was killed had begun to send is taken up again when its claim has run out.
      { what: 'every mail is sent', holds: async () => (await bed.waitingMails()) === 0 },
      { what: 'no ffmpeg is left', holds: async () => await Promise.resolve(bed.ffmpeg.running.length === 0) },
    ],
    healWithinMs: TAKEN_WITHIN_MS + RENDER_MS,
    afterwards: async () => [attemptsSeen(await customer.job(jobIds.at(-1) ?? ''), { signal, role, stage })],
  };
}

/**
 * Takes a new job to a stage in which it stays for seconds.
 *
 * @returns the jobs that are under way now: for `queued` also the one it waits for, before it
 */
async function jobsIn(stage: Stage, bed: FaultBed, customer: Customer): Promise<readonly string[]> {
  switch (stage) {
    case 'queued':
      return [...(await jobsIn('rendering', bed, customer)), await submitted(customer)];
    case 'preparing':
      bed.ffmpeg.slowAnalysis();
      return [await submittedUntil(customer, (job) => job.stage === 'analysing')];
    case 'rendering': {
      const before = bed.ffmpeg.spoiled;
      bed.ffmpeg.inject('stall', 1);
      return [await submittedUntil(customer, () => bed.ffmpeg.spoiled > before)];
    }
    case 'storing': {
      const jobId = await submittedUntil(customer, (job) => job.stage === 'rendering');
      await meetHanging(bed, 'gcs');
      return [jobId];
    }
    case 'mailing': {
      const jobId = await submittedUntil(customer, (job) => job.stage === 'rendering');
      await meetHanging(bed, 'sendgrid');
      await customer.waitForJob(jobId, ({ status }) => status === 'completed');
      return [jobId];
    }
  }
}

async function submitted(customer: Customer): Promise<string> {
  const { paymentId } = await customer.pay();
  const { status, body } = await customer.submit<{ job_id: string }>(paymentId, TRACK);
  if (status !== 202) throw new Error(`submit answered ${status}: ${JSON.stringify(body)}`);
  return body.job_id;
}

async function submittedUntil(customer: Customer, condition: (job: JobView) => boolean): Promise<string> {
  const jobId = await submitted(customer);
  await customer.waitForJob(jobId, condition);
  return jobId;
}

/** Lets the vendor's answers hang, and waits for a call that does. */
async function meetHanging(bed: FaultBed, service: DoubledService): Promise<void> {
  const { failedCalls } = await bed.product.sandbox.counters(service);
  await bed.product.injectFault(service, { kind: 'hang' });
  const met = async (): Promise<boolean> => (await bed.product.sandbox.counters(service)).failedCalls > failedCalls;
  await eventually(`a call to ${service} hangs`, met);
}

async function statusSeen(customer: Customer, jobId: string): Promise<Observation> {
  const path = `/api/jobs/render/status/${jobId}`;
  return await observe('status', { kind: 'success', status: 200, withinMs: 3_000 }, async (limitMs) =>
    customer.send({ method: 'GET', path }, limitMs),
  );
}

function attemptsSeen({ attempt }: JobView, { signal, role, stage }: EndOfProcess): Observation {
  const died = role === 'worker' && signal === 'SIGKILL' && UNDER_WAY.has(stage);
  // A render that stands still, and whose worker nobody ends, is given up.
  const stalled = role === 'api' && stage === 'rendering';
  const expected = died || stalled ? 2 : 1;
  return finding(`job: completed at attempt ${attempt}`, attempt === expected, String(expected));
}
