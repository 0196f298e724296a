import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ERROR_CATALOGUE } from '../errors/index.js';
import { trailOf } from '../http/request-context.js';
import { CLOCK, type Clock } from '../time/index.js';
import { PerformanceLog } from './performance-log.js';
import { RequestEvents } from './request-events.js';

/** A request that takes longer goes to the performance log, in milliseconds. */
const SLOW_REQUEST_MS = 1_000;
const MAX_PATH_SHOWN = 200;

/**
 * Writes one line at the end of every request, whoever answered it: a handler, Fastify before a route was found, or nobody
 * because the caller left. It listens to Node's own server, since Fastify's hooks do not see all of these.
 */
@Injectable()
export class RequestLog implements OnModuleInit {
  private readonly logger = new Logger('Request');
  /** Fastify's view of a request, which knows route, user and error. */
  private readonly requests = new WeakMap<IncomingMessage, FastifyRequest>();

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly performanceLog: PerformanceLog,
    private readonly events: RequestEvents,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    // A process without HTTP has no adapter, though the type does not say so.
    const adapter = this.adapterHost.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    if (adapter?.getType() !== 'fastify') return;
    this.attach(adapter.getInstance<FastifyInstance>());
  }

  /** Begins to log the requests of a server that is not listening yet. */
  attach(fastify: FastifyInstance): void {
    const { server } = fastify;
    const begin = (request: IncomingMessage, response: ServerResponse): void => this.begin(request, response);
    server.prependListener('request', begin);
    server.prependListener('checkExpectation', begin);
    fastify.addHook('onRequest', (request, _reply, done) => {
      this.requests.set(request.raw, request);
      done();
    });
    // Again, because a hook before ours may have refused the request.
    fastify.addHook('onSend', (request, _reply, _payload, done) => {
      this.requests.set(request.raw, request);
      done();
    });
  }

  private begin(request: IncomingMessage, response: ServerResponse): void {
    const startedMs = this.clock.monotonicMs();
    const { socket } = request;
    const sentBefore = socket.bytesWritten;
    response.once('close', () => {
      this.end(request, response, this.clock.monotonicMs() - startedMs, socket.bytesWritten - sentBefore);
    });
  }

  private end(raw: IncomingMessage, response: ServerResponse, durationMs: number, bytes: number): void {
    const request = this.requests.get(raw);
    const route = request?.routeOptions.url;
    const facts = request?.workFacts;
    const status = response.statusCode;
    const line = {
      msg: 'Request ended',
      method: raw.method,
      route: route ?? null,
      ...(route === undefined ? { path: pathOf(raw.url) } : {}),
      status,
      duration_ms: Math.round(durationMs * 10) / 10,
      bytes,
      error_code: status >= 400 ? (request?.errorCode ?? plainCodeOf(status)) : undefined,
      ...(response.writableFinished ? {} : { aborted: true }),
      request_id: facts?.requestId ?? request?.id ?? response.getHeader('x-request-id'),
      trace_id: facts?.traceId,
      user_id: facts?.userId,
      endpoint: facts?.endpoint,
      job_id: facts?.jobId,
    };
    this.events.publish({
      method: raw.method ?? '',
      route: route ?? null,
      status,
      durationMs,
      bytes,
      errorCode: line.error_code ?? null,
      aborted: !response.writableFinished,
      requestId: facts?.requestId ?? null,
      trail: trailOf(facts),
    });
    if (status >= 500) this.logger.warn(line);
    else if (route?.startsWith('/health/') === true && status < 400) this.logger.debug(line);
    else this.logger.log(line);

    const streamed = String(response.getHeader('content-type')).startsWith('text/event-stream');
    if (durationMs > SLOW_REQUEST_MS && !streamed) {
      const { request_id, endpoint } = line;
      this.performanceLog.metric('slow_request', durationMs, 'ms', { request_id, endpoint, status });
    }
  }
}

/** The path without its query, which may hold anything. */
function pathOf(url: string | undefined): string {
  return (url ?? '').split('?', 1)[0]?.slice(0, MAX_PATH_SHOWN) ?? '';
}

/** What Fastify refuses before there is a request of its own is answered with the plain code of its status. */
function plainCodeOf(status: number): string | undefined {
  return Object.entries(ERROR_CATALOGUE).find(([, entry]) => entry.status === status)?.[0];
}
