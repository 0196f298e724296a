import type { OperationDescription } from '../../platform/http/index.js';
import { RenderConfigDto } from './render-config.dto.js';
import { QueuedJobResponse } from './rendering.response.js';

/** Where to ask about a job that was queued. */
export const JOB_LOCATION = {
  Location: { description: 'Path of the job’s status', schema: { type: 'string' } },
} as const;

/** The submission as OpenAPI describes it; the form is streamed, so no class of its own is validated. */
export const SUBMISSION_DESCRIPTION: OperationDescription = {
  summary: 'Upload a track and have a paid video rendered',
  answer: QueuedJobResponse,
  answers: { 202: { headers: JOB_LOCATION } },
  validated: [RenderConfigDto],
  errors: [
    'BAD_REQUEST',
    'FILE_ERROR',
    'NO_AUDIO_FILE',
    'FILE_VALIDATION_ERROR',
    'FILE_TOO_SMALL',
    'AUDIO_TRACK_MISSING',
    'AUDIO_CORRUPT',
    'AUDIO_TOO_SHORT',
    'AUDIO_TOO_LONG',
    'PAYMENT_REQUIRED',
    'REQUEST_TIMEOUT',
    'PAYMENT_ALREADY_USED',
    'FILE_TOO_LARGE',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'FFMPEG_ERROR',
    'RENDERING_MEMORY_ERROR',
    'RENDERING_DISK_ERROR',
    'RENDERING_RESOURCE_ERROR',
    'STORAGE_ERROR',
    'STORAGE_QUOTA_EXCEEDED',
    'STORAGE_PERMISSION_DENIED',
  ],
  also: ({ ApiBody, ApiConsumes, ApiExtraModels, getSchemaPath }) => [
    ApiConsumes('multipart/form-data'),
    ApiExtraModels(RenderConfigDto),
    ApiBody({
      required: true,
      schema: {
        type: 'object',
        required: ['audio_file', 'render_config', 'payment_id'],
        properties: {
          audio_file: {
            type: 'string',
            format: 'binary',
            description: 'mp3, wav, m4a, aac, flac or ogg; 1 KB–50 MB; 1–600 s; recognised by content',
          },
          render_config: { $ref: getSchemaPath(RenderConfigDto) },
          payment_id: { type: 'string', format: 'uuid', description: 'A completed payment that no job has used' },
        },
      },
    }),
  ],
};
