import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { GoneError } from '../../platform/errors/index.js';
import { InjectPolicy, type ServicePolicy } from '../../platform/resilience/index.js';
import { ObjectStorage } from '../../storage/index.js';
import { toRenderLook } from '../dto/render-config.dto.js';
import type { RenderJob } from '../entities/render-job.entity.js';
import { TemporaryDirectories } from '../files/temporary-directories.js';
import type { RenderStage } from '../jobs/render-job-status.js';
import { AUDIO_INSPECTOR, type AudioInspector } from '../ports/audio-inspector.port.js';
import { type RenderedVideo, RENDERER, type Renderer } from '../ports/renderer.port.js';
import { renderTimeLimitMs } from '../render-time-limit.js';
import type { ProductKind } from './attempt-rows.js';
import type { FinishedVideo } from './job-outcomes.js';

/** Percent at which each stage begins; drawing is nearly all of the time. */
const STAGE_START: Readonly<Record<RenderStage, number>> = { fetching: 0, analysing: 4, rendering: 8, storing: 92 };

/** The renderer keeps the time limit itself and says so better; the policy's stands behind it. */
const POLICY_MARGIN_MS = 15_000;

export interface ProductionOptions {
  readonly signal: AbortSignal;
  /** @param progress - percent of the whole job */
  readonly report: (stage: RenderStage, progress: number) => void;
  /** Called with the id of each object before its bytes go out. */
  readonly storing: (kind: ProductKind, objectId: string) => Promise<void>;
}

/** One attempt's way from the stored track to the stored video. It knows no row and no queue. */
@Injectable()
export class VideoProduction {
  private readonly logger = new Logger(VideoProduction.name);

  constructor(
    @Inject(RENDERER) private readonly renderer: Renderer,
    @Inject(AUDIO_INSPECTOR) private readonly inspector: AudioInspector,
    private readonly storage: ObjectStorage,
    @InjectPolicy('rendering') private readonly policy: ServicePolicy,
    private readonly directories: TemporaryDirectories,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * @throws FileValidationError when the decoder refuses the track, RenderingError and its kin, StorageError, or the signal's
   *   reason. Nothing is left behind then, neither on disk nor in storage.
   */
  async produce(job: RenderJob, options: ProductionOptions): Promise<FinishedVideo> {
    return await this.directories.use('render', async (directory) => {
      const rendered = await this.render(job, directory, options);
      options.report('storing', STAGE_START.storing);
      const { videoObjectId, thumbnailObjectId } = await this.store(job, rendered, options);
      return {
        videoObjectId,
        thumbnailObjectId,
        sizeBytes: rendered.sizeBytes,
        renderMs: Math.round(rendered.renderMs),
      };
    });
  }

  /** Removes what a lost attempt had stored. What cannot be removed now is an orphan, which storage sweeps. */
  async discard(objectIds: readonly string[]): Promise<void> {
    for (const objectId of objectIds) {
      try {
        await this.storage.remove(objectId);
      } catch (err) {
        this.logger.warn({ msg: 'an object of a lost attempt stays until the sweep', err, object_id: objectId });
      }
    }
  }

  private async render(
    job: RenderJob,
    directory: string,
    { signal, report }: ProductionOptions,
  ): Promise<RenderedVideo> {
    if (job.audioObjectId === null)
      throw new GoneError('GONE', { message: 'The track of this job is no longer kept.' });
    report('fetching', STAGE_START.fetching);
    const audioPath = join(directory, 'track');
    await this.storage.fetchToFile(job.audioObjectId, audioPath, { signal });

    report('analysing', STAGE_START.analysing);
    const audio = await this.inspector.inspect(audioPath, { signal });

    report('rendering', STAGE_START.rendering);
    const workDirectory = join(directory, 'work');
    await mkdir(workDirectory);
    const limitMs = renderTimeLimitMs(this.config.resilience.rendering.timeoutMs, audio.durationSeconds);
    const span = STAGE_START.storing - STAGE_START.rendering;
    return await this.policy.execute(
      'render',
      async (attempt) =>
        await this.renderer.render(
          { audioPath, workDirectory, look: toRenderLook(job.config), audio },
          {
            signal: attempt.signal,
            onProgress: ({ fraction }) => {
              report('rendering', STAGE_START.rendering + fraction * span);
            },
          },
        ),
      { signal, maxRetries: 0, retrySafe: false, attemptTimeoutMs: limitMs + POLICY_MARGIN_MS },
    );
  }

  private async store(
    job: RenderJob,
    rendered: RenderedVideo,
    { signal, storing }: ProductionOptions,
  ): Promise<{ readonly videoObjectId: string; readonly thumbnailObjectId: string }> {
    const name = `${job.id}/${job.generation}-${job.attempt}`;
    const products: string[] = [];
    const put = async (kind: ProductKind, key: string, path: string, contentType: string): Promise<string> => {
      const registered = async (objectId: string): Promise<void> => await storing(kind, objectId);
      const { id } = await this.storage.store({ key, source: { path }, contentType, kind }, { signal, registered });
      products.push(id);
      return id;
    };
    try {
      const videoObjectId = await put('video', `videos/${name}.mp4`, rendered.videoPath, 'video/mp4');
      const thumbnailKey = `thumbnails/${name}.jpg`;
      const thumbnailObjectId = await put('thumbnail', thumbnailKey, rendered.thumbnailPath, 'image/jpeg');
      return { videoObjectId, thumbnailObjectId };
    } catch (error) {
      await this.discard(products);
      throw error;
    }
  }
}
