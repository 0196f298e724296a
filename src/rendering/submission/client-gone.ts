import type { FastifyReply } from 'fastify';
import { ApiError } from '../../platform/errors/index.js';

/** A signal that aborts when the client closes the connection before it was answered. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (reply.raw.writableFinished) return;
    gone.abort(new ApiError('BAD_REQUEST', { message: 'The connection was closed before the request was answered.' }));
  });
  return gone.signal;
}
