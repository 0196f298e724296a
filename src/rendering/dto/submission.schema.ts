import type { ApiBodyOptions } from '@nestjs/swagger';

/** The submission form as OpenAPI describes it; it is streamed, so no DTO class stands for it. */
export const SUBMISSION_SCHEMA: Extract<ApiBodyOptions, { schema: unknown }>['schema'] = {
  type: 'object',
  required: ['audio_file', 'render_config', 'payment_id'],
  properties: {
    audio_file: {
      type: 'string',
      format: 'binary',
      description: 'mp3, wav, m4a, aac, flac or ogg; 1 KB–50 MB; 1–600 s',
    },
    render_config: {
      type: 'string',
      description: 'JSON: visualization, resolution, fps, color, background_color, title',
      example: '{"visualization":"bars","resolution":"1280x720","fps":30,"color":"#7c5cff","title":"My track"}',
    },
    payment_id: { type: 'string', format: 'uuid', description: 'A completed payment that no job has used' },
  },
};
