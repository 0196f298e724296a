import { availableParallelism } from 'node:os';
import type { Provider } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { FfmpegAudioInspector } from './audio/ffmpeg-audio-inspector.js';
import { AUDIO_INSPECTOR, type AudioInspector } from './ports/audio-inspector.port.js';
import { RENDERER, type Renderer } from './ports/renderer.port.js';
import { ChildProcessRenderer } from './renderer/child-process-renderer.js';

/** The real renderer and inspector, both on the configured ffmpeg. Renders that run side by side share the machine's cores. */
export const RENDERER_PROVIDERS: Provider[] = [
  {
    provide: RENDERER,
    inject: [APP_CONFIG, CLOCK],
    useFactory: ({ rendering, resilience }: AppConfig, clock: Clock): Renderer =>
      new ChildProcessRenderer({
        ffmpegPath: rendering.ffmpegPath,
        clock,
        stallMs: rendering.stallTimeoutMs,
        minimumTimeLimitMs: resilience.rendering.timeoutMs,
        memoryLimitBytes: rendering.memoryLimitBytes,
        encoderThreads: Math.max(1, Math.floor(availableParallelism() / rendering.concurrency)),
      }),
  },
  {
    provide: AUDIO_INSPECTOR,
    inject: [APP_CONFIG],
    useFactory: ({ rendering }: AppConfig): AudioInspector =>
      new FfmpegAudioInspector(rendering.ffmpegPath, rendering.stallTimeoutMs),
  },
];
