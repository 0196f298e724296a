import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { AUDIO_INSPECTOR, type AudioInspector, type InspectedAudio } from '../ports/audio-inspector.port.js';

/** Decodes uploaded tracks, only so many at once: each takes a core, and a hundred uploads must not starve the rest. */
@Injectable()
export class AudioCheck {
  private readonly places: number;
  private active = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    @Inject(AUDIO_INSPECTOR) private readonly inspector: AudioInspector,
    @Inject(APP_CONFIG) config: AppConfig,
  ) {
    this.places = config.rendering.concurrency;
  }

  /** Waits for a place, then inspects. Throws what {@link AudioInspector.inspect} throws, or the signal's reason. */
  async inspect(path: string, signal: AbortSignal): Promise<InspectedAudio> {
    await this.enter();
    try {
      signal.throwIfAborted();
      return await this.inspector.inspect(path, { signal });
    } finally {
      this.leave();
    }
  }

  private async enter(): Promise<void> {
    if (this.active < this.places) {
      this.active += 1;
      return;
    }
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
    });
  }

  /** The place goes straight to whoever waits longest. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.active -= 1;
    else next();
  }
}
