import type { RenderJobResponse, RenderJobView } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { readEvents } from '../../shared/api/events.ts';
import { RequestFailed } from '../../shared/api/failure.ts';
import { pause } from '../../shared/api/pause.ts';
import { EVENT_STREAM } from '../../shared/api/transport.ts';

/** After so many lost streams in a row without a single event, the state is asked for instead. */
const STREAMS_BEFORE_POLLING = 2;
const PAUSE_MS = 2_000;
/** Whether a job will not change any more. */
function isOver({ status }: Pick<RenderJobView, 'status'>): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** What is told about a job while it is followed. */
export interface JobListener {
  /** The newest state. */
  readonly onChange: (job: RenderJobView) => void;
  /** True while nothing can be heard, false once it can again. */
  readonly onTrouble: (lost: boolean) => void;
}

/**
 * Follows a job to its end: by server-sent events, and by asking where no event comes through. Lost connections are made again.
 *
 * @throws RequestFailed when the product says that there is nothing to follow
 */
export async function followJob(jobId: string, signal: AbortSignal, listener: JobListener): Promise<void> {
  let silentStreams = 0;
  let latest: RenderJobView | null = null;
  const show = (job: RenderJobView): void => {
    silentStreams = 0;
    latest = job;
    listener.onTrouble(false);
    listener.onChange(job);
  };
  const hasEnded = (): boolean => latest !== null && isOver(latest);
  while (!hasEnded() && !signal.aborted) {
    try {
      if (silentStreams < STREAMS_BEFORE_POLLING) {
        silentStreams += 1;
        await listen(jobId, signal, show);
      } else {
        show(await ask(jobId, signal));
        silentStreams = STREAMS_BEFORE_POLLING;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error)) throw error;
      listener.onTrouble(true);
    }
    if (!hasEnded()) await pause(PAUSE_MS, signal);
  }
}

async function ask(jobId: string, signal: AbortSignal): Promise<RenderJobView> {
  const params = { path: { job_id: jobId } };
  return (await answerOf(api.GET('/api/jobs/render/status/{job_id}', { signal, params }))).job;
}

async function listen(jobId: string, signal: AbortSignal, show: (job: RenderJobView) => void): Promise<void> {
  const open = async (until: AbortSignal): Promise<unknown> =>
    await answerOf(
      api.GET('/api/jobs/render/events/{job_id}', {
        signal: until,
        headers: { accept: EVENT_STREAM },
        params: { path: { job_id: jobId } },
        parseAs: 'stream',
      }),
    );
  await readEvents(open, signal, ({ data }) => show((JSON.parse(data) as RenderJobResponse).job));
}

/** Broken connections, proxies and refusals for the moment pass; what the product says about the job does not. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof RequestFailed)) return error instanceof TypeError || error instanceof DOMException;
  const { failure } = error;
  return failure.kind !== 'answered' || failure.status >= 500 || failure.status === 429;
}
