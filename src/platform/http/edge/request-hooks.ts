import type { OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import {
  ApiError,
  NotFoundError,
  type ErrorResponder,
  type ErrorSink,
  requestErrorContext,
  translateError,
} from '../../errors/index.js';
import { noteReply } from '../../logging/index.js';
import type { RequestContext } from '../request-context.js';
import { traceIdFrom } from '../request-id.js';
import type { RawReplies } from './raw-replies.js';
import type { RouteTable } from './route-table.js';

type OnRequest = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void;

/**
 * The first thing that happens to a request: its id and the headers of every response go on the reply, its context opens around
 * everything that follows, and what HTTP forbids is refused.
 */
export function openRequest(
  context: RequestContext,
  rawReplies: RawReplies,
  everyResponse: Readonly<OutgoingHttpHeaders>,
): OnRequest {
  return (request, reply, done) => {
    rawReplies.track(request.raw, reply.raw);
    noteReply(reply);
    // On the reply and not on Node's response: where that has headers of its own, Node writes all of them the slow way.
    reply.headers(everyResponse);
    reply.header('x-request-id', request.id);
    const facts = {
      requestId: request.id,
      traceId: traceIdFrom(request.headers, request.id),
      endpoint: `${request.method} ${request.routeOptions.url ?? '(unmatched)'}`,
    };
    request.workFacts = facts;
    context.runIn(facts, () => done(hostProblem(request)));
  };
}

/** Reading a body leaves the context of the hooks (its events belong to the socket): it is entered again after that. */
export function keepContext(fastify: FastifyInstance, context: RequestContext): void {
  fastify.addHook('preValidation', (request, _reply, done) => {
    const { workFacts } = request;
    if (workFacts === undefined || context.isIn(workFacts)) done();
    else context.runIn(workFacts, done);
  });
}

/**
 * Nest gives Fastify its error handler when it initialises; routes that plugins added before that would keep Fastify's own,
 * which knows no envelope. To be called before any route is registered.
 */
export function answerErrorsOfAllRoutes(fastify: FastifyInstance, responder: ErrorResponder): void {
  fastify.addHook('onRoute', (route) => {
    route.errorHandler ??= (error, request, reply) => responder.answer(error, request, reply);
  });
}

/** A path that exists with other methods is a wrong method (RFC 9110 §15.5.6); any other is unknown, and said so at once. */
export function refuseUnknownRoutes(fastify: FastifyInstance, routes: RouteTable, responder: ErrorResponder): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    // Answered here and now: whoever asks for all that a server might have gets no more of it than needed.
    responder.answer(refusalOf(request, routes), request, reply);
  });
}

function refusalOf({ url }: FastifyRequest, routes: RouteTable): ApiError {
  const allowed = routes.methodsOf(url);
  if (allowed.length === 0) return new NotFoundError();
  return new ApiError('METHOD_NOT_ALLOWED', { details: { allowed_methods: allowed } });
}

/** A worker listens for its probes only: everything else is the business of the api role. */
export function serveProbesOnly(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(request.routeOptions.url?.startsWith('/health/') === true ? undefined : new NotFoundError());
  });
}

/** A stream that fails after the headers went out reaches no error handler: Fastify only breaks the connection off. */
export function captureBrokenStreams(fastify: FastifyInstance, sink: ErrorSink): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (payload instanceof Readable) {
      payload.once('error', (error) => {
        if (reply.raw.headersSent) sink.capture(translateError(error), requestErrorContext(request));
      });
    }
    done();
  });
}

/** HTTP/1.1 asks for exactly one Host (RFC 9112 §3.2); several are a way to smuggle requests past a proxy. */
function hostProblem({ raw }: FastifyRequest): ApiError | undefined {
  if (raw.httpVersion === '1.0') return undefined;
  const { rawHeaders } = raw;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts === 1) return undefined;
  return new ApiError('BAD_REQUEST', { details: { reason: hosts === 0 ? 'missing_host' : 'several_hosts' } });
}
