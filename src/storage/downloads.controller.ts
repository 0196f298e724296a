import { Readable } from 'node:stream';
import { Controller, Get, Headers, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../platform/errors/index.js';
import { DATABASE_FAILURES, Operation, Tag } from '../platform/http/index.js';
import { LINK_FAILURES } from './download-links.js';
import { DownloadService } from './download.service.js';
import { DownloadQuery } from './dto/download-query.dto.js';
import { CHUNK_BYTES } from './file-digest.js';
import { fileResponse, type FileRequestHeaders } from './file-response.js';

const BYTES = { schema: { type: 'string', format: 'binary' } };
const FILE = { 'video/mp4': BYTES, 'image/jpeg': BYTES };

/** Serves files while they lie in fallback storage. */
@Tag('Rendering')
@Controller('api/downloads')
export class DownloadsController {
  constructor(private readonly downloads: DownloadService) {}

  @Get(':token')
  @Operation({
    summary: 'The file itself while it lies in fallback storage; takes Range',
    description: 'The link is what `download` gave; it needs no token of the user.',
    answers: {
      200: { description: 'The whole file', content: FILE },
      206: { description: 'The part that `Range` asks for', content: FILE },
      302: { description: 'It has moved to object storage', headers: { Location: { schema: { type: 'string' } } } },
      304: { description: 'It is what `If-None-Match` names' },
    },
    errors: [
      'DOWNLOAD_NOT_FOUND',
      'STORAGE_OBJECT_NOT_FOUND',
      'STORAGE_OBJECT_ELSEWHERE',
      'DOWNLOAD_EXPIRED',
      'RANGE_NOT_SATISFIABLE',
      'STORAGE_ERROR',
      ...LINK_FAILURES,
      ...DATABASE_FAILURES,
    ],
    also: ({ ApiHeader }) =>
      ['range', 'if-range', 'if-none-match'].map((name) =>
        ApiHeader({ name, required: false, description: 'RFC 9110' }),
      ),
  })
  async download(
    @Param('token') token: string,
    @Query() query: DownloadQuery,
    @Headers() headers: FileRequestHeaders,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const download = await this.downloads.open(token, query.filename);
    if (download.kind === 'moved') {
      await reply.header('cache-control', 'no-store').redirect(download.url, 302);
      return;
    }
    const { record, file } = download;
    const response = fileResponse(record, query.filename, headers);
    void reply.code(response.status).headers(response.headers);
    if (response.range === undefined || request.method === 'HEAD' || record.sizeBytes === 0) {
      await file.close();
      if (response.status === 416) {
        throw new ApiError('RANGE_NOT_SATISFIABLE', { details: { size_bytes: record.sizeBytes } });
      }
      // Fastify would replace the length in the answer to a HEAD if there were no body at all.
      await reply.send(Readable.from([]));
      return;
    }
    const { first: start, last: end } = response.range;
    await reply.send(file.createReadStream({ start, end, highWaterMark: CHUNK_BYTES }));
  }
}
