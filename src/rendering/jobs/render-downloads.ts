import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { ConflictError, GoneError } from '../../platform/errors/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { ObjectStorage } from '../../storage/index.js';
import type { RenderDownload } from '../dto/rendering.response.js';
import type { RenderJob } from '../entities/render-job.entity.js';
import { videoFilename } from './video-filename.js';

const LINK_LIFETIME_SECONDS = 24 * 3_600;
const DAY_MS = 86_400_000;

/** Hands out time-limited links to finished videos. */
@Injectable()
export class RenderDownloads {
  constructor(
    private readonly storage: ObjectStorage,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * A link that lives 24 hours, or for as long as the video does.
   *
   * @throws ConflictError `JOB_NOT_COMPLETED`, GoneError `DOWNLOAD_EXPIRED` once the video is no longer kept
   */
  async link(job: RenderJob): Promise<RenderDownload> {
    const { status, videoObjectId, thumbnailObjectId, completedAt, videoSizeBytes } = job;
    if (status !== 'completed' || videoObjectId === null || completedAt === null) {
      throw new ConflictError('JOB_NOT_COMPLETED', { details: { status } });
    }
    const keptUntilMs = completedAt.getTime() + this.config.storage.videoRetentionDays * DAY_MS;
    const remainingSeconds = Math.floor((keptUntilMs - this.clock.now().getTime()) / 1_000);
    if (remainingSeconds <= 0) {
      throw new GoneError('DOWNLOAD_EXPIRED', { details: { expired_at: new Date(keptUntilMs).toISOString() } });
    }
    const filename = videoFilename(job.config.title);
    const expiresInSeconds = Math.min(LINK_LIFETIME_SECONDS, remainingSeconds);
    const [video, thumbnail] = await Promise.all([
      this.storage.downloadUrl(videoObjectId, { filename, expiresInSeconds }),
      thumbnailObjectId === null
        ? null
        : this.storage.downloadUrl(thumbnailObjectId, { filename: thumbnailFilename(filename), expiresInSeconds }),
    ]);
    return {
      download_url: video.url,
      thumbnail_url: thumbnail?.url ?? null,
      expires_at: video.expiresAt.toISOString(),
      filename,
      size_bytes: videoSizeBytes ?? 0,
    };
  }
}

function thumbnailFilename(videoName: string): string {
  return videoName.replace(/\.mp4$/, '.jpg');
}
