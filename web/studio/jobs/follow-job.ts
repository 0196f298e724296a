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
/** A stream that tells nothing for so long is doubted: it is open, but its server may know as little as we do. */
const DOUBT_MS = 8_000;

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
  await new Following(jobId, signal, listener).toTheEnd();
}

class Following {
  private silentStreams = 0;
  private heardAtMs = 0;
  private hasEnded = false;

  constructor(
    private readonly jobId: string,
    private readonly signal: AbortSignal,
    private readonly listener: JobListener,
  ) {}

  async toTheEnd(): Promise<void> {
    while (!this.hasEnded && !this.signal.aborted) {
      try {
        if (this.silentStreams < STREAMS_BEFORE_POLLING) {
          this.silentStreams += 1;
          await this.listen();
        } else {
          await this.ask(this.signal);
          this.silentStreams = STREAMS_BEFORE_POLLING;
        }
      } catch (error) {
        this.bear(error, this.signal);
      }
      if (!this.hasEnded) await pause(PAUSE_MS, this.signal);
    }
  }

  /** Until the stream is over, or there is no point in it. */
  private async listen(): Promise<void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([this.signal, stop.signal]);
    try {
      await Promise.race([this.read(signal), this.doubt(signal)]);
    } finally {
      stop.abort();
    }
  }

  private async read(signal: AbortSignal): Promise<void> {
    const open = async (until: AbortSignal): Promise<unknown> =>
      await answerOf(
        api.GET('/api/jobs/render/events/{job_id}', {
          signal: until,
          headers: { accept: EVENT_STREAM },
          params: { path: { job_id: this.jobId } },
          parseAs: 'stream',
        }),
      );
    await readEvents(open, signal, ({ data }) => this.show((JSON.parse(data) as RenderJobResponse).job));
  }

  /** Asks for the state whenever the stream has long been silent, so that an outage behind it does not look like patience. */
  private async doubt(signal: AbortSignal): Promise<void> {
    this.heardAtMs = performance.now();
    while (!signal.aborted) {
      await pause(this.heardAtMs + DOUBT_MS - performance.now(), signal);
      if (signal.aborted || performance.now() - this.heardAtMs < DOUBT_MS) continue;
      try {
        await this.ask(signal);
      } catch (error) {
        this.bear(error, signal);
        this.heardAtMs = performance.now();
      }
    }
  }

  private async ask(signal: AbortSignal): Promise<void> {
    const params = { path: { job_id: this.jobId } };
    this.show((await answerOf(api.GET('/api/jobs/render/status/{job_id}', { signal, params }))).job);
  }

  private show(job: RenderJobView): void {
    this.silentStreams = 0;
    this.heardAtMs = performance.now();
    this.hasEnded = isOver(job);
    this.listener.onTrouble(false);
    this.listener.onChange(job);
  }

  /** Goes on after what passes. @throws what does not */
  private bear(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    if (!isPassing(error)) throw error;
    this.listener.onTrouble(true);
  }
}

/** Broken connections, proxies and refusals for the moment pass; what the product says about the job does not. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof RequestFailed)) return error instanceof TypeError || error instanceof DOMException;
  const { failure } = error;
  return failure.kind !== 'answered' || failure.status >= 500 || failure.status === 429;
}
