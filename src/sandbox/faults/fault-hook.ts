import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Fault, SandboxService } from './fault.js';
import type { FaultTable } from './fault-table.js';

/** How one service words a failure it answers with. */
export interface FailureWording {
  /** Body and extra headers of an answer with this status. */
  failure(status: number, retryAfterSeconds: number | null): FailureAnswer;
  /** The answer to credentials that are wrong. */
  unauthorized(): FailureAnswer;
}

export interface FailureAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * Lets every route of `instance` fail as the table says. What keeps the service from working happens before the route;
 * what spoils the answer of work that was done happens on its way out.
 */
export function installFaultHook(
  instance: FastifyInstance,
  service: SandboxService,
  faults: FaultTable,
  wording: FailureWording,
): void {
  const inForce = new WeakMap<FastifyRequest, Fault>();

  instance.addHook('onRequest', async (request, reply) => {
    const fault = faults.take(service);
    if (fault === null) return;
    inForce.set(request, fault);
    await failBeforeWork(fault, request, reply, wording);
  });

  instance.addHook('onSend', async (request, reply, payload) => {
    const fault = inForce.get(request);
    return fault === undefined ? payload : await spoilAnswer(fault, request, reply, payload);
  });
}

async function failBeforeWork(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  wording: FailureWording,
): Promise<void> {
  switch (fault.kind) {
    case 'refuse':
      reply.hijack();
      request.raw.socket.destroy();
      return;
    case 'reset':
      reply.hijack();
      await readToEnd(request);
      request.raw.socket.resetAndDestroy();
      return;
    case 'hang':
      reply.hijack();
      request.raw.resume();
      return;
    case 'status':
      await answer(request, reply, wording.failure(fault.status, fault.retry_after));
      return;
    case 'rate_limit':
      await answer(request, reply, wording.failure(429, fault.retry_after ?? 1));
      return;
    case 'auth':
      await answer(request, reply, wording.unauthorized());
      return;
    case 'slow':
    case 'malformed':
    case 'truncate':
    case 'lost_answer':
      return;
    default:
      fault.kind satisfies never;
  }
}

/** Answers once the request was read: a client that is still sending would see a broken pipe instead of the answer. */
async function answer(request: FastifyRequest, reply: FastifyReply, failure: FailureAnswer): Promise<void> {
  await readToEnd(request);
  await reply
    .code(failure.status)
    .headers({ 'content-type': 'application/json; charset=utf-8', ...failure.headers })
    .send(JSON.stringify(failure.body));
}

async function readToEnd(request: FastifyRequest): Promise<void> {
  if (request.raw.readableEnded) return;
  await new Promise<void>((resolve) => {
    request.raw.once('end', resolve).once('close', resolve).resume();
  });
}

async function spoilAnswer(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  switch (fault.kind) {
    case 'slow':
      await delay(fault.latency_ms);
      return payload;
    case 'malformed':
      discard(payload);
      reply.removeHeader('content-length');
      return '{"object": "unfinished", "data": [';
    case 'truncate':
      return truncated(reply, payload);
    case 'lost_answer':
      discard(payload);
      request.raw.socket.destroy();
      return null;
    case 'refuse':
    case 'reset':
    case 'hang':
    case 'status':
    case 'rate_limit':
    case 'auth':
      return payload;
    default:
      return fault.kind satisfies never;
  }
}

function discard(payload: unknown): void {
  if (payload instanceof Readable) payload.destroy();
}

/** Promises the whole length, sends half of it and breaks the connection. */
function truncated(reply: FastifyReply, payload: unknown): Readable {
  const whole = payload instanceof Readable ? payload : Buffer.from(typeof payload === 'string' ? payload : '');
  const declared = Number(reply.getHeader('content-length'));
  const sizeBytes = whole instanceof Buffer ? whole.length : declared;
  // An answer without a body is cut short by a promise that is not kept.
  reply.header('content-length', Math.max(sizeBytes, 2));
  return Readable.from(firstHalf(whole, sizeBytes), { objectMode: false });
}

async function* firstHalf(whole: Buffer | Readable, sizeBytes: number): AsyncGenerator<Buffer> {
  let left = Math.max(1, Math.floor(sizeBytes / 2));
  const source: Iterable<Buffer> | AsyncIterable<Buffer> =
    whole instanceof Buffer ? [whole] : (whole as AsyncIterable<Buffer>);
  for await (const chunk of source) {
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (part.length > 0) yield part;
    if (left === 0) break;
  }
  throw new Error('The answer was cut short on command');
}
