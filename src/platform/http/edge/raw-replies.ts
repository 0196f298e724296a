import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionError } from 'fastify';
import { ApiError, type ErrorCode, type ErrorSink, toErrorReply, toRawResponse } from '../../errors/index.js';
import { newId } from '../../time/index.js';
import { requestIdFrom } from '../request-id.js';

/** What Node's HTTP parser and its time limits report, by code. All else is a request that is no HTTP. */
const PARSER_CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'PAYLOAD_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** Methods this server knows at all, for an answer that concerns no path. */
const KNOWN_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

const EXCHANGE = Symbol('Exchange');

/** The exchange is noted on the socket itself: a WeakMap would be felt at every request. */
type Tracked = Duplex & { [EXCHANGE]?: Exchange };

/** Answers with the envelope what Node refuses before Fastify sees it. */
export class RawReplies {
  /** @param bodyLimitBytes - largest JSON body, named where a request is too large. */
  constructor(
    private readonly sink: ErrorSink,
    private readonly bodyLimitBytes: number,
  ) {}

  /** Takes over the two events of the server that never become a request of Fastify's. */
  attach(server: Server): void {
    server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
      this.refuseExpectation(request, response),
    );
    server.on('connect', (_request: IncomingMessage, socket: Duplex) => this.refuseTunnel(socket));
  }

  /** Notes which exchange a socket is busy with, so that an answer of ours never lands in the middle of another one. */
  track(request: IncomingMessage, response: ServerResponse): void {
    const socket: Tracked = request.socket;
    const exchange = socket[EXCHANGE];
    if (exchange === undefined) {
      socket[EXCHANGE] = { request, response };
    } else {
      exchange.request = request;
      exchange.response = response;
    }
  }

  /** Fastify's `clientErrorHandler`: garbage, overflows, time-outs and broken framing. */
  onClientError(error: ConnectionError, socket: Tracked): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const exchange = socket[EXCHANGE];
    if (exchange === undefined || exchange.response.writableFinished) return this.answer(error, socket);
    if (exchange.request.complete) {
      // The garbage came after a whole request: that one is answered first (RFC 9112 §9.3.2).
      exchange.response.once('close', () => this.answer(error, socket));
    } else if (exchange.response.headersSent) {
      socket.destroy();
    } else {
      this.answer(error, socket);
    }
  }

  private answer(cause: ConnectionError, socket: Tracked): void {
    const code = PARSER_CODES[cause.code] ?? 'BAD_REQUEST';
    const details = code === 'BAD_REQUEST' ? { reason: 'malformed_http' } : {};
    const toHead = isHead(cause, socket[EXCHANGE]);
    this.end(socket, new ApiError(code, { details, cause }), toHead);
  }

  private refuseTunnel(socket: Duplex): void {
    // Node lets go of the socket with this event: from here on its errors are nobody else's.
    socket.on('error', () => socket.destroy());
    this.end(socket, new ApiError('METHOD_NOT_ALLOWED', { details: { allowed_methods: KNOWN_METHODS } }));
  }

  private refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
    const requestId = requestIdFrom(request.headers);
    const reply = this.replyTo(new ApiError('EXPECTATION_FAILED'), requestId);
    // What writeHead alone is given cannot be read back, and the log of requests does read it.
    response.setHeader('x-request-id', requestId);
    response.writeHead(reply.status, {
      ...reply.headers,
      'content-length': Buffer.byteLength(reply.body),
      connection: 'close',
    });
    response.end(reply.body);
  }

  private end(socket: Duplex, error: ApiError, toHead = false): void {
    const reply = this.replyTo(error, newId());
    if (socket.writable) socket.end(toRawResponse(reply, toHead), () => socket.destroy());
  }

  private replyTo(error: ApiError, requestId: string): ReturnType<typeof toErrorReply> {
    this.sink.capture(error, { kind: 'request', requestId });
    return toErrorReply(error, { requestId, bodyLimitBytes: this.bodyLimitBytes });
  }
}

/** A client that asked with HEAD reads no body, whatever was wrong with the rest of what it sent (RFC 9110 §9.3.2). */
function isHead({ rawPacket }: ConnectionError, exchange: Exchange | undefined): boolean {
  if (exchange !== undefined) return !exchange.request.complete && exchange.request.method === 'HEAD';
  // Time-outs come without a packet; Fastify's type for one is not what Node gives.
  const packet: unknown = rawPacket;
  return Buffer.isBuffer(packet) && packet.subarray(0, 5).toString('latin1') === 'HEAD ';
}
