import { Readable } from 'node:stream';
import { Controller, Get, Headers, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../platform/errors/index.js';
import { DownloadService } from './download.service.js';
import { DownloadQuery } from './dto/download-query.dto.js';
import { CHUNK_BYTES } from './file-digest.js';
import { fileResponse, type FileRequestHeaders } from './file-response.js';

/** Serves files while they lie in fallback storage. */
@ApiTags('Rendering')
@Controller('api/downloads')
export class DownloadsController {
  constructor(private readonly downloads: DownloadService) {}

  @Get(':token')
  @ApiOperation({ summary: 'The file itself while it lies in fallback storage; takes Range' })
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
