import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Checksums } from './checksums.js';
import { GcsRefusal, invalidRequest, required } from './gcs-error.js';
import { addressOf, bodyOf } from './gcs-routes.js';
import { readRelated } from './multipart-related.js';
import { readDescription, toResource } from './object-metadata.js';
import type { ObjectStore, ObjectTarget } from './object-store.js';
import { readPreconditions } from './preconditions.js';
import type { ContentRange, ResumableUploads, UploadProgress } from './resumable-uploads.js';

const MAX_RESOURCE_BYTES = 1_048_576;

/** Uploads of the JSON API under `/upload/storage/v1`: in one request (`media`, `multipart`) and `resumable`. */
export function uploadRoutes(
  instance: FastifyInstance,
  store: ObjectStore,
  uploads: ResumableUploads,
  origin: () => string,
): void {
  const path = '/upload/storage/v1/b/:bucket/o';

  instance.post(path, async (request, reply) => {
    const { segments, query } = addressOf(request);
    const bucket = segments[4] ?? '';
    switch (query.get('uploadType') ?? '') {
      case 'resumable':
        return await beginResumable(request, reply, bucket, query);
      case 'multipart':
        return await storeMultipart(request, bucket, query);
      case 'media': {
        const description = readDescription({}, request.headers['content-type']);
        const target = toTarget(bucket, query, query.get('name'), description);
        return toResource(await store.store(target, bodyOf(request)), origin());
      }
      default:
        throw invalidRequest('Invalid value for: uploadType');
    }
  });

  instance.put(path, async (request, reply) => {
    const id = uploadIdOf(request);
    const range = parseContentRange(request.headers['content-range']);
    const progress =
      range === 'status'
        ? await uploads.status(id)
        : await uploads.receive(id, range, bodyOf(request), parseGoogHash(request.headers['x-goog-hash']));
    return answer(reply, progress);
  });

  instance.delete(path, async (request, reply) => {
    await uploads.cancel(uploadIdOf(request));
    // The status by which Cloud Storage says that an upload was cancelled.
    return await reply.code(499).send();
  });

  async function beginResumable(
    request: FastifyRequest,
    reply: FastifyReply,
    bucket: string,
    query: URLSearchParams,
  ): Promise<FastifyReply> {
    const resource = await readResource(request);
    const contentType = request.headers['x-upload-content-type'];
    const description = readDescription(resource, typeof contentType === 'string' ? contentType : undefined);
    const id = uploads.begin(toTarget(bucket, query, query.get('name') ?? nameIn(resource), description));
    const location = new URL(`${origin()}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`);
    location.search = new URLSearchParams({ uploadType: 'resumable', upload_id: id }).toString();
    return await reply.headers({ location: location.href, 'x-guploader-uploadid': id }).send('');
  }

  async function storeMultipart(request: FastifyRequest, bucket: string, query: URLSearchParams): Promise<unknown> {
    const related = await readRelated(request.headers['content-type'] ?? '', bodyOf(request));
    const description = readDescription(related.resource, related.contentType);
    const target = toTarget(bucket, query, query.get('name') ?? nameIn(related.resource), description);
    return toResource(await store.store(target, related.media), origin());
  }

  function answer(reply: FastifyReply, progress: UploadProgress): FastifyReply {
    if (progress.kind === 'complete') return reply.send(toResource(progress.object, origin()));
    if (progress.receivedBytes > 0) reply.header('range', `bytes=0-${progress.receivedBytes - 1}`);
    return reply.code(308).send('');
  }
}

function toTarget(
  bucket: string,
  query: URLSearchParams,
  name: string | null,
  description: ObjectTarget['description'],
): ObjectTarget {
  if (name === null) throw required('name');
  return { bucket, name, description, preconditions: readPreconditions(query) };
}

function nameIn(resource: unknown): string | null {
  const { name } = resource as { readonly name?: unknown };
  return typeof name === 'string' ? name : null;
}

function uploadIdOf(request: FastifyRequest): string {
  const id = addressOf(request).query.get('upload_id');
  if (id === null || !/^[0-9a-f]{48}$/.test(id)) throw new GcsRefusal(404, 'notFound', 'No such upload.');
  return id;
}

/**
 * A range whose end is `*` reaches to the end of the request, and of the object. `bytes *` without a range only asks how
 * far the upload has come. Without the header, the request brings the whole object.
 */
function parseContentRange(header: string | undefined): ContentRange | 'status' {
  if (header === undefined) return { start: 0, totalBytes: null, last: true };
  const match = /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*)$/.exec(header);
  if (match === null) throw invalidRequest('Failed to parse Content-Range header.');
  const [, start, end, total] = match;
  if (start === undefined) return 'status';
  return {
    start: Number(start),
    totalBytes: total === '*' || total === undefined ? null : Number(total),
    last: end === '*',
  };
}

/** `crc32c=…,md5=…` */
function parseGoogHash(header: string | readonly string[] | undefined): Partial<Checksums> {
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  const value = (name: string): string | undefined =>
    text
      .split(',')
      .map((pair) => pair.trim())
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  const crc32c = value('crc32c');
  const md5Hash = value('md5');
  return { ...(crc32c === undefined ? {} : { crc32c }), ...(md5Hash === undefined ? {} : { md5Hash }) };
}

async function readResource(request: FastifyRequest): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bodyOf(request)) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > MAX_RESOURCE_BYTES) throw invalidRequest('The object resource is too long.');
  }
  if (size === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (cause) {
    throw Object.assign(invalidRequest('Parse Error'), { cause });
  }
}
