import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/index.js';
import { EmailModule } from '../email/index.js';
import { PaymentsModule } from '../payments/index.js';
import { StorageModule } from '../storage/index.js';
import { RenderJob } from './entities/render-job.entity.js';
import { JobChanges } from './events/job-changes.js';
import { JobEventStreams } from './events/job-event-stream.js';
import { RenderEventsController } from './events/render-events.controller.js';
import { TemporaryDirectories } from './files/temporary-directories.js';
import { FailedJobs } from './jobs/failed-jobs.js';
import { JobIntake } from './jobs/job-intake.js';
import { JobOperations } from './jobs/job-operations.js';
import { ObjectClaims } from './jobs/object-claims.js';
import { RenderDownloads } from './jobs/render-downloads.js';
import { RenderEstimates } from './jobs/render-estimates.js';
import { RenderJobs } from './jobs/render-jobs.js';
import { RENDERER_PROVIDERS } from './renderer.providers.js';
import { RenderingController } from './rendering.controller.js';
import { RenderingHealth } from './rendering-health.js';
import { AudioCheck } from './submission/audio-check.js';
import { RenderSubmissions } from './submission/render-submissions.js';
import { UploadForms } from './submission/upload-form.js';
import { UploadRefusals } from './submission/upload-refusals.js';
import { AttemptRows } from './worker/attempt-rows.js';
import { JobOutcomes } from './worker/job-outcomes.js';
import { RenderAwakening } from './worker/render-awakening.js';
import { RenderJobRunner } from './worker/render-job-runner.js';
import { RenderWorker } from './worker/render-worker.js';
import { RunReport } from './worker/run-report.js';
import { TrackRetention } from './worker/track-retention.js';
import { VideoProduction } from './worker/video-production.js';

/** A paid track becomes a video: submission, progress, the worker, and the download. */
@Module({
  imports: [TypeOrmModule.forFeature([RenderJob]), AuthModule, PaymentsModule, EmailModule, StorageModule],
  controllers: [RenderingController, RenderEventsController],
  providers: [
    ...RENDERER_PROVIDERS,
    AttemptRows,
    AudioCheck,
    FailedJobs,
    JobChanges,
    JobEventStreams,
    JobIntake,
    JobOperations,
    JobOutcomes,
    ObjectClaims,
    RenderAwakening,
    RenderDownloads,
    RenderEstimates,
    RenderingHealth,
    RenderJobRunner,
    RenderJobs,
    RenderSubmissions,
    RenderWorker,
    RunReport,
    TemporaryDirectories,
    TrackRetention,
    UploadForms,
    UploadRefusals,
    VideoProduction,
  ],
  exports: [JobOperations, FailedJobs, RenderJobs],
})
export class RenderingModule {}
