import { Injectable, Logger } from '@nestjs/common';
import { isUUID } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import type { Tier } from '../../payments/index.js';
import { Database } from '../../platform/database/index.js';
import { PaymentError, ValidationError } from '../../platform/errors/index.js';
import { newId } from '../../platform/time/index.js';
import { ObjectStorage } from '../../storage/index.js';
import type { RenderConfig } from '../dto/render-config.dto.js';
import { RenderJob } from '../entities/render-job.entity.js';
import { TemporaryDirectories } from '../files/temporary-directories.js';
import { JobIntake, type NewJob } from '../jobs/job-intake.js';
import { AudioCheck } from './audio-check.js';
import { readRenderConfig } from './render-config-field.js';
import { UploadForms } from './upload-form.js';

/** Lossy encoders pad a track at both ends; five minutes of music are five minutes all the same. */
const ENCODER_PADDING_SECONDS = 0.2;

/** Turns an uploaded form into a queued job. */
@Injectable()
export class RenderSubmissions {
  private readonly logger = new Logger(RenderSubmissions.name);

  constructor(
    private readonly database: Database,
    private readonly directories: TemporaryDirectories,
    private readonly forms: UploadForms,
    private readonly audio: AudioCheck,
    private readonly storage: ObjectStorage,
    private readonly intake: JobIntake,
  ) {}

  /**
   * Everything cheap is checked before the track is decoded and stored, and the credit is taken last, together with the job.
   *
   * @param signal - aborts when the client is gone; nothing is used up or left behind then
   * @throws what {@link UploadForms.receive}, {@link readRenderConfig}, the audio inspector, storage and
   *   {@link JobIntake.accept} throw; ValidationError when the tier does not cover the size or the length
   */
  async submit(userId: string, request: FastifyRequest, signal: AbortSignal): Promise<RenderJob> {
    return await this.directories.use('upload', async (directory) => {
      const form = await this.forms.receive(request, directory);
      const config = await readRenderConfig(form.renderConfig);
      const paymentId = readPaymentId(form.paymentId);
      const tier = await this.intake.tierOfCredit(userId, paymentId);
      requireResolution(tier, config);
      const audio = await this.audio.inspect(form.audioPath, signal);
      requireDuration(tier, audio.durationSeconds);
      const id = newId();
      const stored = await this.storage.store(
        {
          key: `audio/${id}.${audio.format}`,
          source: { path: form.audioPath },
          contentType: audio.mimeType,
          kind: 'audio',
        },
        { signal },
      );
      return await this.accept({ id, userId, paymentId, config, audio, audioObjectId: stored.id }, signal);
    });
  }

  private async accept(job: NewJob, signal: AbortSignal): Promise<RenderJob> {
    try {
      signal.throwIfAborted();
      return await this.intake.accept(job);
    } catch (error) {
      const accepted = await this.recallAccepted(job);
      if (accepted !== null) return accepted;
      throw error;
    }
  }

  /** Where the commit took place and only its answer was lost there is a job; otherwise its track is nobody's. */
  private async recallAccepted(job: NewJob): Promise<RenderJob | null> {
    try {
      const found = await this.database.read((manager) => manager.getRepository(RenderJob).findOneBy({ id: job.id }));
      if (found === null) await this.storage.remove(job.audioObjectId);
      return found;
    } catch (err) {
      // The caller is told of the first error; storage sweeps the track if it is an orphan.
      this.logger.warn({ msg: 'could not clear up after a refused submission', err, object_id: job.audioObjectId });
      return null;
    }
  }
}

/** An id that cannot be one is a payment that does not exist. */
function readPaymentId(value: unknown): string {
  if (typeof value === 'string' && isUUID(value.trim())) return value.trim().toLowerCase();
  throw new PaymentError('PAYMENT_REQUIRED');
}

function requireResolution(tier: Tier, config: RenderConfig): void {
  if (tier.resolutions.includes(config.resolution)) return;
  throw new ValidationError({
    field: 'render_config.resolution',
    message: `The ${tier.name} tier covers ${tier.resolutions.join(', ')}`,
    constraint: 'tier',
  });
}

function requireDuration(tier: Tier, durationSeconds: number): void {
  if (durationSeconds <= tier.maxDurationSeconds + ENCODER_PADDING_SECONDS) return;
  throw new ValidationError({
    field: 'audio_file',
    message: `The ${tier.name} tier covers tracks of up to ${tier.maxDurationSeconds} seconds`,
    constraint: 'tier',
  });
}
