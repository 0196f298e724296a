import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import type { pino } from 'pino';
import { ERROR_CATALOGUE } from '../errors/index.js';
import { trailOf } from '../http/request-context.js';
import { CLOCK, type Clock } from '../time/index.js';
import { HARMLESS } from './harmless-line.js';
import { noteReply, replyTo } from './noted-reply.js';
import { PerformanceLog } from './performance-log.js';
import { RequestEvents } from './request-events.js';
import { redactString } from './redaction/redactor.js';

/** A request that takes longer goes to the performance log, in milliseconds. */
const SLOW_REQUEST_MS = 1_000;
const MAX_PATH_SHOWN = 200;

/**
 * Writes one line at the end of every request, whoever answered it: a handler, Fastify before a route was found, or nobody
 * because the caller left. It listens to Node's own server, since Fastify's hooks do not see all of these.
 */
@Injectable()
export class RequestLog implements OnModuleInit {
  private readonly logger: pino.Logger;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly performanceLog: PerformanceLog,
    private readonly events: RequestEvents,
    @Inject(CLOCK) private readonly clock: Clock,
    root: PinoLogger,
  ) {
    this.logger = root.logger.child({ context: 'Request' });
  }

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
    fastify.addHook('onRequest', (_request, reply, done) => {
      noteReply(reply);
      done();
    });
  }

  private begin(request: IncomingMessage, response: ServerResponse): void {
    const startedMs = this.clock.monotonicMs();
    const { socket } = request;
    const sentBefore = socket.bytesWritten;
    response.on('close', () => {
      this.end(request, response, this.clock.monotonicMs() - startedMs, socket.bytesWritten - sentBefore);
    });
  }

  private end(raw: IncomingMessage, response: ServerResponse, durationMs: number, bytes: number): void {
    const reply = replyTo(raw);
    const request = reply?.request;
    const route = request?.routeOptions.url;
    const facts = request?.workFacts;
    const status = response.statusCode;
    const requestId = facts?.requestId ?? request?.id ?? response.getHeader('x-request-id');
    const line = {
      [HARMLESS]: true,
      method: raw.method,
      route: route ?? null,
      path: route === undefined ? redactString(pathOf(raw.url)) : undefined,
      status,
      duration_ms: Math.round(durationMs * 10) / 10,
      bytes,
      error_code: status >= 400 ? (request?.errorCode ?? plainCodeOf(status)) : undefined,
      aborted: response.writableFinished ? undefined : true,
      request_id: typeof requestId === 'string' ? redactString(requestId) : undefined,
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
    this.logger[levelOf(status, route)](line, 'Request ended');
    if (durationMs > SLOW_REQUEST_MS && !isEventStream(reply ?? response)) {
      const { request_id, endpoint } = line;
      this.performanceLog.metric('slow_request', durationMs, 'ms', { request_id, endpoint, status });
    }
  }
}

function levelOf(status: number, route: string | undefined): 'warn' | 'info' | 'debug' {
  if (status >= 500) return 'warn';
  return status < 400 && route?.startsWith('/health/') === true ? 'debug' : 'info';
}

function isEventStream(response: Pick<FastifyReply, 'getHeader'> | ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream');
}

/** The path without its query, which may hold anything. */
function pathOf(url: string | undefined): string {
  return (url ?? '').split('?', 1)[0]?.slice(0, MAX_PATH_SHOWN) ?? '';
}

/** What Fastify refuses before there is a request of its own is answered with the plain code of its status. */
function plainCodeOf(status: number): string | undefined {
  return Object.entries(ERROR_CATALOGUE).find(([, entry]) => entry.status === status)?.[0];
}
