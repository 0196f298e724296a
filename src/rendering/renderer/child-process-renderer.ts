import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../platform/time/index.js';
import type { RenderedVideo, Renderer, RenderOptions, RenderRequest } from '../ports/renderer.port.js';
import { renderTimeLimitMs } from '../render-time-limit.js';
import { checkOutput } from './output-check.js';
import { RenderChild } from './render-child.js';
import type { RenderOrder } from './render-messages.js';
import { checkResources, type ResourceProbe, SystemResourceProbe } from './resource-check.js';

const MIB = 1024 * 1024;

export interface ChildProcessRendererOptions {
  /** Absolute: the renderer process has no search path. */
  readonly ffmpegPath: string;
  readonly clock: Clock;
  /** Threads of the H.264 encoder; the machine's cores unless several renders run side by side. */
  readonly encoderThreads?: number;
  /** Resident memory of one renderer with its ffmpegs, in bytes. */
  readonly memoryLimitBytes?: number;
  /** Time without progress after which a render is given up, in milliseconds. */
  readonly stallMs?: number;
  /** Time that any render may take, in milliseconds. */
  readonly minimumTimeLimitMs?: number;
  /** Compiled entry point of the renderer process. */
  readonly entryPath?: string;
  readonly resources?: ResourceProbe;
}

const DEFAULTS = {
  memoryLimitBytes: 1536 * MIB,
  stallMs: 30_000,
  minimumTimeLimitMs: 120_000,
} as const;

const HEAP_LIMIT_MB = 256;

/**
 * Renders in a process of its own, so that no crash, no leak and no kill there touches the process that waits for it.
 * The process leads a group to which its ffmpegs belong; whatever happens, the group is gone when {@link render} settles.
 */
export class ChildProcessRenderer implements Renderer {
  private readonly options: Required<ChildProcessRendererOptions>;

  constructor(options: ChildProcessRendererOptions) {
    this.options = {
      ...DEFAULTS,
      encoderThreads: availableParallelism(),
      entryPath: fileURLToPath(new URL('render-process.js', import.meta.url)),
      resources: new SystemResourceProbe(),
      ...options,
    };
  }

  async render(request: RenderRequest, { signal, onProgress }: RenderOptions): Promise<RenderedVideo> {
    const { clock, resources, stallMs, minimumTimeLimitMs } = this.options;
    signal.throwIfAborted();
    const startedMs = clock.monotonicMs();
    onProgress({ fraction: 0, stage: 'preparing' });
    await checkResources(request, resources);
    signal.throwIfAborted();
    const child = new RenderChild(this.fork(request), onProgress);
    const output = await child.finish(this.order(request), {
      signal,
      stallMs,
      timeLimitMs: renderTimeLimitMs(minimumTimeLimitMs, request.audio.durationSeconds),
    });
    const checked = await checkOutput(output.videoPath, request.audio.durationSeconds);
    onProgress({ fraction: 1, stage: 'finalizing' });
    return { ...output, ...checked, renderMs: Math.round(clock.monotonicMs() - startedMs) };
  }

  private fork(request: RenderRequest): ChildProcess {
    return fork(this.options.entryPath, [], {
      cwd: request.workDirectory,
      detached: true,
      execArgv: [`--max-old-space-size=${HEAP_LIMIT_MB}`],
      // The machine's fonts would make the same title look different elsewhere.
      env: { DISABLE_SYSTEM_FONTS_LOAD: '1', LC_ALL: 'C', NODE_ENV: 'production' },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
  }

  private order(request: RenderRequest): RenderOrder {
    const { ffmpegPath, encoderThreads, memoryLimitBytes } = this.options;
    return { request, ffmpegPath, encoderThreads, memoryLimitBytes };
  }
}
