import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { FailureAnswer, FailureWording } from '../faults/fault-hook.js';
import { findActivity, parseActivityQuery, toActivity } from './email-activity.js';
import { type MailProblem, readMailRequest } from './mail-request.js';
import type { SandboxMailbox } from './mailbox.js';

/** SendGrid refuses messages above 30 MB, attachments included. */
const MAX_MESSAGE_BYTES = 30 * 1_048_576;

/** The Email Activity API gives at most 1000 messages. */
const MAX_ACTIVITY = 1_000;

interface ActivityQuery {
  readonly Querystring: { readonly query?: string; readonly limit?: string };
}

const UNAUTHORIZED: MailProblem = {
  message: 'The provided authorization grant is invalid, expired, or revoked',
  field: null,
  help: null,
};

/** How SendGrid words its failures. 429 says in `X-RateLimit-Reset` (epoch seconds) when the limit ends. */
export function sendgridWording(now: () => Date): FailureWording {
  return {
    failure: (status, retryAfterSeconds): FailureAnswer => {
      const message = status === 429 ? 'too many requests' : `The sandbox was told to answer ${status}`;
      const reset = Math.ceil(now().getTime() / 1_000) + (retryAfterSeconds ?? 0);
      return {
        status,
        headers:
          status === 429
            ? { 'x-ratelimit-limit': '600', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) }
            : retryAfterSeconds === null
              ? {}
              : { 'retry-after': String(retryAfterSeconds) },
        body: { errors: [{ message, field: null, help: null }] },
      };
    },
    unauthorized: () => ({ status: 401, body: { errors: [UNAUTHORIZED] } }),
  };
}

/** `POST /v3/mail/send` and `GET /v3/messages` of SendGrid's Web API v3. Accepts nothing but the configured key. */
export function sendgridRoutes(instance: FastifyInstance, apiKey: string, mailbox: SandboxMailbox): void {
  instance.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    const message = status === 413 ? 'Payload Too Large' : 'Bad Request';
    return refuse(reply, status, [{ message, field: null, help: null }]);
  });

  instance.post('/v3/mail/send', { bodyLimit: MAX_MESSAGE_BYTES }, (request, reply) => {
    if (!sameText(request.headers.authorization ?? '', `Bearer ${apiKey}`)) return refuse(reply, 401, [UNAUTHORIZED]);
    const result = readMailRequest(request.body);
    if ('problems' in result) return refuse(reply, 400, result.problems);
    const sandboxed = isSandboxMode(request.body);
    const messageId = mailbox.receive(sandboxed ? [] : result.mails);
    return reply
      .code(sandboxed ? 200 : 202)
      .header('x-message-id', messageId)
      .send();
  });

  instance.get('/v3/scopes', (request, reply) =>
    sameText(request.headers.authorization ?? '', `Bearer ${apiKey}`)
      ? reply.send({ scopes: ['mail.send', 'email_activity.read'] })
      : refuse(reply, 401, [UNAUTHORIZED]),
  );

  instance.get<ActivityQuery>('/v3/messages', (request, reply) => {
    if (!sameText(request.headers.authorization ?? '', `Bearer ${apiKey}`)) return refuse(reply, 401, [UNAUTHORIZED]);
    const clauses = parseActivityQuery(request.query.query ?? '');
    if (clauses === null) return refuse(reply, 400, [{ message: 'invalid query', field: 'query', help: null }]);
    const limit = Math.min(Math.max(1, Number(request.query.limit) || 10), MAX_ACTIVITY);
    return reply.send({ messages: findActivity(mailbox, clauses).slice(0, limit).map(toActivity) });
  });

  instance.all('/v3/*', (_request, reply) => refuse(reply, 404, [{ message: 'Not Found', field: null, help: null }]));
}

/** SendGrid's own `mail_settings.sandbox_mode`: the request is checked, nothing is sent, and the answer is 200. */
function isSandboxMode(body: unknown): boolean {
  const settings = (body as { mail_settings?: { sandbox_mode?: { enable?: unknown } } }).mail_settings;
  return settings?.sandbox_mode?.enable === true;
}

function refuse(reply: FastifyReply, status: number, errors: readonly MailProblem[]): FastifyReply {
  return reply.code(status).send({ errors });
}

function sameText(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
