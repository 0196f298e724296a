import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, ApiFailure } from '../api-client.ts';
import { download, follow, newAddress, pay, registerAndVerify, submit } from '../journey.ts';
import type { Stage } from './stage.ts';

/** Longer than this (ms) nobody waits for one step: then something has not healed. */
const PATIENCE_MS = 300_000;
const DOWNLOAD_LIMIT_MS = 10_000;
const LOOK = { look: 'bars', resolution: '1280x720', title: undefined };

type Step = 'account' | 'payment' | 'upload' | 'render' | 'download' | 'mails';

/** One customer's way from the sign-up to the video and the last mail, who tries again when told to and notes what she sees. */
export class Visit {
  /** What she was told, in the order she was told it first. */
  readonly seen = new Map<string, number>();
  /** Milliseconds of each step. */
  readonly tookMs = new Map<Step, number>();
  private readonly stage: Stage;
  private readonly email = newAddress();
  private step: Step = 'account';

  constructor(stage: Stage) {
    this.stage = stage;
  }

  /**
   * @param track - path of the audio file
   * @param onRendering - called once, when the first frames are drawn
   * @throws Error when her patience ends, or the product fails her for good
   */
  async run(track: string, onRendering: () => void): Promise<void> {
    const { server, directory } = this.stage;
    const api = new PatientClient(server.origin, (what) => this.note(what));
    const tell = (): void => {};
    await this.time('account', () => registerAndVerify(api, server.sandboxOrigin, { email: this.email, tell }));
    const paymentId = await this.time('payment', () => pay(api, LOOK.resolution, tell));
    const jobId = await this.time('upload', () => submitOnce(api, track, paymentId));
    let rendering = false;
    await this.time('render', () =>
      follow(api, jobId, (_fraction, stage) => {
        if (stage === 'rendering' && !rendering) onRendering();
        rendering ||= stage === 'rendering';
      }),
    );
    await this.time('download', () =>
      persist(
        () => download(api, jobId, directory, AbortSignal.timeout(DOWNLOAD_LIMIT_MS)),
        () => this.note('the download breaks off'),
      ),
    );
    await this.time('mails', () => this.mails());
  }

  get totalMs(): number {
    return [...this.tookMs.values()].reduce((sum, ms) => sum + ms, 0);
  }

  /** The welcome, the receipt and the news of the video must have come once each. */
  private async mails(): Promise<void> {
    let subjects: readonly string[] = [];
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await delay(100)) {
      subjects = await subjectsOf(this.stage.server.sandboxOrigin, this.email);
      if (new Set(subjects).size < subjects.length) throw new Error(`She got a mail twice: ${subjects.join('; ')}`);
      if (subjects.length === 3) return;
    }
    throw new Error(`Of three mails she got ${subjects.length}: ${subjects.join('; ')}`);
  }

  private note(what: string): void {
    const key = `${this.step}: ${what}`;
    this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
  }

  private async time<T>(step: Step, work: () => Promise<T>): Promise<T> {
    this.step = step;
    const startedMs = performance.now();
    const result = await work();
    this.tookMs.set(step, performance.now() - startedMs);
    return result;
  }
}

/** Tries again when the product says so, or does not answer. */
class PatientClient extends ApiClient {
  private readonly note: (what: string) => void;

  constructor(origin: string, note: (what: string) => void) {
    super(origin);
    this.note = note;
  }

  override get<T>(path: string): Promise<T> {
    return persist(() => super.get<T>(path), this.note);
  }

  override post<T>(...request: Parameters<ApiClient['post']>): Promise<T> {
    return persist(() => super.post<T>(...request), this.note);
  }

  override upload<T>(...request: Parameters<ApiClient['upload']>): Promise<T> {
    return persist(() => super.upload<T>(...request), this.note);
  }

  /** As browsers do, it connects again when the stream breaks. */
  override async *events<T>(path: string): AsyncGenerator<T> {
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await delay(200)) {
      try {
        yield* super.events<T>(path);
      } catch (error) {
        if (!asksForPatience(error)) throw error;
      }
      this.note('the progress bar loses its connection');
    }
  }
}

/** A payment pays for one job: where the answer to a submission was lost, the repeat is told which. */
async function submitOnce(api: ApiClient, track: string, paymentId: string): Promise<string> {
  try {
    return await submit(api, track, paymentId, LOOK, () => {});
  } catch (error) {
    const made = error instanceof ApiFailure ? error.error.details.job_id : undefined;
    if (made === undefined) throw error;
    return made;
  }
}

async function persist<T>(work: () => Promise<T>, note: (what: string) => void): Promise<T> {
  for (const deadline = performance.now() + PATIENCE_MS; ;) {
    try {
      return await work();
    } catch (error) {
      if (!asksForPatience(error) || performance.now() > deadline) throw error;
      note(error instanceof ApiFailure ? `${error.status} ${error.error.code}` : 'no connection');
      await delay(Math.min(2, pauseSeconds(error)) * 1_000);
    }
  }
}

function asksForPatience(error: unknown): boolean {
  // What is no answer of the product is the network's failure, or that of the vendor a link leads to.
  return !(error instanceof ApiFailure) || error.status >= 500 || error.status === 429;
}

function pauseSeconds(error: unknown): number {
  return error instanceof ApiFailure ? (error.error.details.retry_after ?? 0.5) : 0.5;
}

async function subjectsOf(sandboxOrigin: string, email: string): Promise<readonly string[]> {
  try {
    const response = await fetch(`${sandboxOrigin}/mailbox/messages?to=${encodeURIComponent(email)}`);
    return ((await response.json()) as { messages: { subject: string }[] }).messages.map(({ subject }) => subject);
  } catch {
    // The sandbox goes down and comes back with the server.
    return [];
  }
}
