import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { type CheckResult, HealthCheckRegistry } from '../platform/health/index.js';
import { InjectPolicy, type ServicePolicy } from '../platform/resilience/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';

const run = promisify(execFile);
const FRESH_MS = 10_000;

/** Looks whether videos can be rendered: ffmpeg starts, and the circuit is not open. */
@Injectable()
export class RenderingHealth implements OnModuleInit {
  private last: { readonly atMs: number; readonly version: string } | null = null;

  constructor(
    private readonly registry: HealthCheckRegistry,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @InjectPolicy('rendering') private readonly policy: ServicePolicy,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.registry.register('rendering', (signal) => this.check(signal));
  }

  /** Never rejects but for the signal. */
  async check(signal: AbortSignal): Promise<CheckResult> {
    const version = await this.ffmpegVersion(signal);
    if (version === null) return { status: 'down', reason: 'ffmpeg cannot be run' };
    const { state } = this.policy;
    const details = { ffmpeg_version: version, circuit: state };
    if (state === 'open' || state === 'isolated') {
      return { status: 'degraded', reason: 'Rendering is paused by its circuit breaker', details };
    }
    return { status: 'up', details };
  }

  private async ffmpegVersion(signal: AbortSignal): Promise<string | null> {
    const nowMs = this.clock.monotonicMs();
    if (this.last !== null && nowMs - this.last.atMs < FRESH_MS) return this.last.version;
    try {
      const { stdout } = await run(this.config.rendering.ffmpegPath, ['-hide_banner', '-version'], { signal });
      const version = /^ffmpeg version (\S{1,40})/.exec(stdout)?.[1] ?? 'unknown';
      this.last = { atMs: nowMs, version };
      return version;
    } catch (error) {
      if (signal.aborted) throw error;
      // Missing, not executable, or broken: the reason an operator needs is the same.
      return null;
    }
  }
}
