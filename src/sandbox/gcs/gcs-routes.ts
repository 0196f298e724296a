import { Readable } from 'node:stream';
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FailureAnswer, FailureWording } from '../faults/fault-hook.js';
import { GcsRefusal, invalidRequest } from './gcs-error.js';
import { sendMedia } from './media.js';
import { toResource } from './object-metadata.js';
import type { ListQuery, ObjectStore } from './object-store.js';
import { readPreconditions, requirePreconditions } from './preconditions.js';
import type { SignedUrlVerifier } from './signed-url.js';

const REASONS: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'authError',
  403: 'forbidden',
  404: 'notFound',
  408: 'requestTimeout',
  409: 'conflict',
  412: 'conditionNotMet',
  429: 'rateLimitExceeded',
  503: 'backendError',
};

/** How Cloud Storage words its failures. */
export const GCS_WORDING: FailureWording = {
  failure: (status, retryAfterSeconds): FailureAnswer => {
    const reason = REASONS[status] ?? (status >= 500 ? 'backendError' : 'invalid');
    return {
      status,
      headers: retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) },
      body: new GcsRefusal(status, reason, `The sandbox was told to answer ${status}.`).toBody(),
    };
  },
  unauthorized: () => ({
    status: 401,
    headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' },
    body: new GcsRefusal(401, 'authError', 'Invalid Credentials').toBody(),
  }),
};

/** The parts of a request that matter here, from the address as it was sent: object names may contain anything. */
export function addressOf(request: FastifyRequest): {
  path: string;
  segments: readonly string[];
  query: URLSearchParams;
} {
  const [path = '', ...search] = (request.raw.url ?? '').split('?');
  try {
    const segments = path.slice(1).split('/').map(decodeURIComponent);
    return { path, segments, query: new URLSearchParams(search.join('?')) };
  } catch (cause) {
    throw Object.assign(invalidRequest('The address is not well encoded.'), { cause });
  }
}

/** Bodies are passed on as streams, and errors worded as the JSON API does. */
export function prepareGcs(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', (_request, payload, done) => {
    done(null, payload);
  });
  instance.addHook('preHandler', async (_request, reply) => {
    reply.header('x-guploader-uploadid', randomBytes(18).toString('base64url'));
  });
  // What a refusal has left unread of a body would stand in the way of the next request on its connection.
  instance.addHook('onResponse', async ({ raw }) => {
    raw.removeAllListeners('readable').resume();
  });
  instance.setErrorHandler((error, _request, reply) => {
    const refusal =
      error instanceof GcsRefusal
        ? error
        : new GcsRefusal((error as { statusCode?: number }).statusCode ?? 500, 'backendError', 'Internal Error');
    return reply.code(refusal.status).type('application/json; charset=utf-8').send(refusal.toBody());
  });
}

/** The body of a request as a stream, also when there is none. */
export function bodyOf(request: FastifyRequest): Readable {
  return request.body instanceof Readable ? request.body : Readable.from([]);
}

/** Reading, listing and deleting objects: the JSON API under `/storage/v1` and `/download/storage/v1`. */
export function objectRoutes(instance: FastifyInstance, store: ObjectStore, origin: () => string): void {
  instance.get('/storage/v1/b/:bucket', (request) => {
    const [, , , bucket = ''] = addressOf(request).segments;
    store.requireBucket(bucket);
    return {
      kind: 'storage#bucket',
      id: bucket,
      name: bucket,
      selfLink: `${origin()}/storage/v1/b/${encodeURIComponent(bucket)}`,
      location: 'EU',
      storageClass: 'STANDARD',
      metageneration: '1',
      versioning: { enabled: false },
    };
  });

  instance.get('/storage/v1/b/:bucket/o', (request) => {
    const { segments, query } = addressOf(request);
    store.requireBucket(segments[3] ?? '');
    const { objects, prefixes, nextPageToken } = store.list(readListQuery(query));
    return {
      kind: 'storage#objects',
      ...(objects.length === 0 ? {} : { items: objects.map((object) => toResource(object, origin())) }),
      ...(prefixes.length === 0 ? {} : { prefixes }),
      ...(nextPageToken === null ? {} : { nextPageToken }),
    };
  });

  instance.get('/storage/v1/b/:bucket/o/:object', (request, reply) => {
    const { segments, query } = addressOf(request);
    return readObject(request, reply, segments, query);
  });
  instance.get('/download/storage/v1/b/:bucket/o/:object', (request, reply) => {
    const { segments, query } = addressOf(request);
    return readObject(request, reply, segments.slice(1), query);
  });

  instance.delete('/storage/v1/b/:bucket/o/:object', async (request, reply) => {
    const { segments, query } = addressOf(request);
    const [, , , bucket = '', , name = ''] = segments;
    await store.delete(bucket, name, query.get('generation'), readPreconditions(query));
    return await reply.code(204).send();
  });

  function readObject(
    request: FastifyRequest,
    reply: FastifyReply,
    [, , , bucket = '', , name = '']: readonly string[],
    query: URLSearchParams,
  ): unknown {
    const object = store.get(bucket, name, query.get('generation'));
    requirePreconditions(readPreconditions(query), object);
    return query.get('alt') === 'media'
      ? sendMedia(store, object, request, reply)
      : reply.send(toResource(object, origin()));
  }
}

/** Signed URLs: `/<bucket>/<object>`, as the XML API serves them. */
export function signedUrlRoutes(instance: FastifyInstance, store: ObjectStore, verifier: SignedUrlVerifier): void {
  instance.route({ method: ['GET', 'HEAD'], url: `/${store.bucket}/*`, handler: serve });

  function serve(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { path, segments, query } = addressOf(request);
    const problem = verifier.check({ method: request.method, path, query, headers: request.headers });
    if (problem !== null) return sendXmlError(reply, problem.status, problem.code, problem.message);
    const name = segments.slice(1).join('/');
    try {
      const object = store.get(store.bucket, name, query.get('generation'));
      const contentType = query.get('response-content-type');
      const contentDisposition = query.get('response-content-disposition');
      return sendMedia(store, object, request, reply, {
        ...(contentType === null ? {} : { contentType }),
        ...(contentDisposition === null ? {} : { contentDisposition }),
      });
    } catch (error) {
      if (!(error instanceof GcsRefusal)) throw error;
      return sendXmlError(reply, 404, 'NoSuchKey', 'The specified key does not exist.');
    }
  }
}

function sendXmlError(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply
    .code(status)
    .type('application/xml; charset=UTF-8')
    .send(`<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

function readListQuery(query: URLSearchParams): ListQuery {
  const maxResults = Number(query.get('maxResults') ?? 1_000);
  if (!Number.isInteger(maxResults) || maxResults < 1) throw invalidRequest('Invalid value for: maxResults');
  const text = (name: string): string => query.get(name) ?? '';
  return {
    prefix: text('prefix'),
    delimiter: text('delimiter'),
    startOffset: text('startOffset'),
    endOffset: text('endOffset'),
    pageToken: Buffer.from(text('pageToken'), 'base64url').toString(),
    maxResults: Math.min(maxResults, 1_000),
  };
}
