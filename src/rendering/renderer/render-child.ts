import type { ChildProcess } from 'node:child_process';
import { RenderingError, RenderingResourceError, RenderingTimeoutError } from '../../platform/errors/index.js';
import type { RenderProgress } from '../ports/renderer.port.js';
import { toRenderingError } from './ffmpeg-error.js';
import { killGroup, signalGroup } from './process-group.js';
import type { RenderFailure, RenderOrder, RenderOutput, RenderReport } from './render-messages.js';

export interface RenderLimits {
  readonly signal: AbortSignal;
  readonly stallMs: number;
  readonly timeLimitMs: number;
}

/** Share of the whole that is left when the last frame has been handed over: the encoder's look-ahead, the index, the checks. */
const ENCODING_SHARE = 0.98;
const TERMINATION_GRACE_MS = 2_000;
/** A killed process ends at once unless it waits for a disk. */
const KILL_PATIENCE_MS = 2_000;
const KEPT_STDERR_CHARACTERS = 4_000;

/** The renderer process as its parent sees it: told once what to do, watched, and in the end always gone, with its whole group. */
export class RenderChild {
  private stderr = '';
  private lastFraction = 0;
  private readonly exited: Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>;
  private stallTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly child: ChildProcess,
    private readonly onProgress: (progress: RenderProgress) => void,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-KEPT_STDERR_CHARACTERS);
    });
    this.exited = new Promise((resolve) => {
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
      child.once('error', (error) => {
        this.stderr += error.message;
        if (child.pid === undefined) resolve({ exitCode: null, signal: null });
      });
    });
  }

  /**
   * Gives the order and waits for the outcome.
   *
   * @throws RenderingError and its subclasses; the signal's reason when aborted. The group has ended by then.
   */
  async finish(order: RenderOrder, limits: RenderLimits): Promise<RenderOutput> {
    const { signal, timeLimitMs, stallMs } = limits;
    let timeLimit: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    try {
      return await new Promise<RenderOutput>((resolve, reject) => {
        onAbort = () => reject(signal.reason as Error);
        signal.addEventListener('abort', onAbort, { once: true });
        timeLimit = setTimeout(() => reject(tooLong(timeLimitMs)), timeLimitMs);
        const restartStallTimer = (): void => {
          clearTimeout(this.stallTimer);
          this.stallTimer = setTimeout(() => reject(stalled(stallMs)), stallMs);
        };
        restartStallTimer();
        this.child.on('message', (message) =>
          this.receive(message as RenderReport, { resolve, reject, restartStallTimer }),
        );
        void this.exited.then((exit) => reject(this.died(exit.exitCode, exit.signal)));
        this.child.send(order, (error) => {
          if (error !== null) reject(this.died(null, null));
        });
      });
    } finally {
      clearTimeout(timeLimit);
      clearTimeout(this.stallTimer);
      if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
      await this.endGroup();
    }
  }

  private receive(
    report: RenderReport,
    outcome: {
      readonly resolve: (output: RenderOutput) => void;
      readonly reject: (error: Error) => void;
      readonly restartStallTimer: () => void;
    },
  ): void {
    switch (report.kind) {
      case 'progress':
        if (report.fraction <= this.lastFraction && report.stage === 'rendering') return;
        this.lastFraction = report.fraction;
        outcome.restartStallTimer();
        this.onProgress({ fraction: report.fraction * ENCODING_SHARE, stage: report.stage });
        return;
      case 'done':
        outcome.resolve(report.output);
        return;
      case 'failed':
        outcome.reject(toError(report.failure));
        return;
    }
  }

  /** SIGTERM to the whole group, then SIGKILL to whatever is left of it. */
  private async endGroup(): Promise<void> {
    const { pid } = this.child;
    if (pid === undefined) return;
    signalGroup(pid, 'SIGTERM');
    let killer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      killer = setTimeout(resolve, TERMINATION_GRACE_MS);
    });
    await Promise.race([this.exited, grace]);
    clearTimeout(killer);
    await killGroup(pid, KILL_PATIENCE_MS);
    await this.exited;
  }

  private died(exitCode: number | null, signal: NodeJS.Signals | null): RenderingError {
    const cause = new Error(`The renderer process ended (exit code ${exitCode}, signal ${signal})\n${this.stderr}`);
    if (signal === 'SIGABRT' || exitCode === 134)
      return new RenderingResourceError('RENDERING_MEMORY_ERROR', { cause });
    if (signal === 'SIGKILL') return new RenderingResourceError('RENDERING_RESOURCE_ERROR', { cause });
    return new RenderingError('RENDERING_ERROR', { cause });
  }
}

function toError(failure: RenderFailure): RenderingError {
  switch (failure.reason) {
    case 'ffmpeg':
      return toRenderingError(failure.role, failure.outcome);
    case 'memory':
      return new RenderingResourceError('RENDERING_MEMORY_ERROR', {
        cause: new Error(`${failure.usedBytes} bytes in use, ${failure.limitBytes} allowed`),
      });
    case 'disk':
      return new RenderingResourceError('RENDERING_DISK_ERROR', { cause: new Error(failure.description) });
    case 'unexpected':
      return new RenderingError('RENDERING_ERROR', { cause: new Error(failure.description) });
  }
}

function tooLong(timeLimitMs: number): RenderingTimeoutError {
  return new RenderingTimeoutError('RENDERING_TIMEOUT', {
    details: { timeout_seconds: Math.round(timeLimitMs / 1000) },
  });
}

function stalled(stallMs: number): RenderingTimeoutError {
  return new RenderingTimeoutError('RENDERING_STALLED', { details: { stalled_seconds: Math.round(stallMs / 1000) } });
}
