import { type ByteRange, parseRange } from './byte-range.js';
import { attachment } from './content-disposition.js';
import type { StoredObjectRecord } from './entities/stored-object-record.entity.js';

/** The request headers that decide what of a file is sent. */
export interface FileRequestHeaders {
  readonly range?: string | undefined;
  readonly 'if-range'?: string | undefined;
  readonly 'if-none-match'?: string | undefined;
}

/** What to answer a request for a file with; `range` is absent where no byte is sent. */
export interface FileResponse {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string>>;
  readonly range?: ByteRange;
}

/**
 * Decides about conditional and range requests (RFC 9110 §13 and §14). An object never changes, so its checksum
 * and size are a strong validator.
 */
export function fileResponse(record: StoredObjectRecord, filename: string, request: FileRequestHeaders): FileResponse {
  const { sizeBytes } = record;
  const etag = `"${record.crc32c}-${sizeBytes}"`;
  const headers = {
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=3600',
    'content-disposition': attachment(filename),
    'content-type': record.contentType,
    etag,
    'x-content-type-options': 'nosniff',
  };
  if (matches(request['if-none-match'], etag)) return { status: 304, headers };
  const sameVersion = request['if-range'] === undefined || request['if-range'].trim() === etag;
  const range = sameVersion ? parseRange(request.range, sizeBytes) : 'whole';
  if (range === 'unsatisfiable') return { status: 416, headers: { 'content-range': `bytes */${sizeBytes}` } };
  if (range === 'whole') {
    return {
      status: 200,
      headers: { ...headers, 'content-length': String(sizeBytes) },
      range: { first: 0, last: sizeBytes - 1 },
    };
  }
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': String(range.last - range.first + 1),
      'content-range': `bytes ${range.first}-${range.last}/${sizeBytes}`,
    },
    range,
  };
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((given) => given.trim() === '*' || given.trim().replace(/^W\//, '') === etag);
}
