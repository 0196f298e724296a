import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError, FastifyHttpOptions, FastifyInstance } from 'fastify';
import type { AppConfig } from '../../../config/index.js';
import type { ErrorResponder } from '../../errors/index.js';
import { requestIdFrom } from '../request-id.js';
import type { RawReplies } from './raw-replies.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Put there by `configureApp`, before the server listens. */
    errorResponder: ErrorResponder;
    rawReplies: RawReplies;
  }
}

/** Node's default, stated because the catalogue names it. */
const MAX_HEADER_BYTES = 16_384;

/** Long enough for a signed download token. */
const MAX_PARAM_LENGTH = 1_024;

const HEADERS_TIMEOUT_MS = 60_000;

/** A little more than the idle time-out of usual load balancers (60 s), so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** How often Node looks for requests over their time limit: often enough for that limit to mean something. */
const TIMEOUT_CHECK_MS = 5_000;

/** Options of the Fastify server: limits, request ids, and the envelope for what it answers before a route is found. */
export function fastifyOptions(config: AppConfig): FastifyHttpOptions<Server> {
  const { http } = config;
  return {
    logger: false,
    trustProxy: trustedProxies(http.trustProxy),
    bodyLimit: http.jsonBodyLimitBytes,
    requestTimeout: http.requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    requestIdHeader: false,
    genReqId: (request) => requestIdFrom(request.headers),
    // Fastify's answer while closing is not the envelope; what still arrives is served, and its connection closed.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, http.requestTimeoutMs),
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, http.requestTimeoutMs),
      // Node would answer a missing Host with an empty 400; the request hook does it with the envelope.
      requireHostHeader: false,
    },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      // None of our hooks has seen this request: the log of requests finds its id on the raw response only.
      reply.raw.setHeader('x-request-id', request.id);
      request.server.errorResponder.answer(error, request, reply);
    },
  };
}

/** A number of hops, as Express and the load balancers' manuals count them, in the form Fastify takes. */
function trustedProxies(
  setting: AppConfig['http']['trustProxy'],
): boolean | string | ((address: string, hop: number) => boolean) {
  return typeof setting === 'number' ? (_address, hop) => hop < setting : setting;
}

/** Fastify binds this to the server. */
function answerClientError(this: FastifyInstance | void, error: ConnectionError, socket: Socket): void {
  if (this === undefined) socket.destroy();
  else this.rawReplies.onClientError(error, socket);
}
