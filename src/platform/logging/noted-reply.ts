import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';

const REPLY = Symbol('NotedReply');

type Noted = IncomingMessage & { [REPLY]?: FastifyReply };

/** Notes Fastify's side of an exchange on Node's request: a WeakMap would be felt at every request. */
export function noteReply(reply: FastifyReply): void {
  (reply.request.raw as Noted)[REPLY] = reply;
}

/** What {@link noteReply} noted: it knows route, user, error and headers. Undefined where Fastify refused before any hook. */
export function replyTo(raw: IncomingMessage): FastifyReply | undefined {
  return (raw as Noted)[REPLY];
}
