import type { FastifyReply, FastifyRequest } from 'fastify';
import { etagOf, type StoredObject } from './object-metadata.js';
import type { ObjectStore } from './object-store.js';

/** Bytes of an object, both ends included. */
interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a `Range` header (RFC 9110 §14.2). Several ranges are answered with the whole object, as the RFC allows.
 * @returns null for the whole object, or 'unsatisfiable'.
 */
function parseRange(header: string | undefined, sizeBytes: number): ByteRange | null | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (match === null) return null;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Number(last);
    if (length === 0 || sizeBytes === 0) return 'unsatisfiable';
    return { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 };
  }
  const start = Number(first);
  if (start >= sizeBytes) return 'unsatisfiable';
  if (last !== '' && Number(last) < start) return null;
  return { start, end: last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1) };
}

/** Serves the bytes of an object, or of a range of it, with the headers Cloud Storage sends. */
export function sendMedia(
  store: ObjectStore,
  object: StoredObject,
  request: FastifyRequest,
  reply: FastifyReply,
  overrides: { readonly contentType?: string; readonly contentDisposition?: string } = {},
): FastifyReply {
  const { description, sizeBytes } = object;
  const range = parseRange(request.headers.range, sizeBytes);
  const disposition = overrides.contentDisposition ?? description.contentDisposition;
  reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': description.cacheControl ?? 'private, max-age=0',
    etag: `"${etagOf(object)}"`,
    'last-modified': new Date(object.created).toUTCString(),
    'x-goog-generation': object.generation,
    'x-goog-metageneration': object.metageneration,
    'x-goog-hash': `crc32c=${object.crc32c},md5=${object.md5Hash}`,
    'x-goog-storage-class': description.storageClass ?? 'STANDARD',
    'x-goog-stored-content-encoding': description.contentEncoding ?? 'identity',
    'x-goog-stored-content-length': sizeBytes,
    ...(description.contentEncoding === undefined ? {} : { 'content-encoding': description.contentEncoding }),
    ...(disposition === undefined ? {} : { 'content-disposition': disposition }),
  });
  if (range === 'unsatisfiable') {
    return reply
      .code(416)
      .header('content-range', `bytes */${sizeBytes}`)
      .type('text/plain; charset=utf-8')
      .send('The requested range cannot be satisfied.');
  }
  reply.type(overrides.contentType ?? description.contentType);
  if (range !== null) {
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${sizeBytes}`);
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  reply.header('content-length', end - start + 1);
  if (request.method === 'HEAD') return reply.send();
  if (sizeBytes === 0) return reply.send('');
  return reply.send(store.read(object, start, end));
}
