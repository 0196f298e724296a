import { randomBytes, timingSafeEqual } from 'node:crypto';
import { finished } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FailureAnswer, FailureWording } from '../faults/fault-hook.js';
import type { CheckoutSessions } from './checkout-sessions.js';
import { decodeForm, type FormObject, text } from './form-decoder.js';
import { fingerprintOf, type IdempotencyKeys } from './idempotency.js';
import { type ObjectViews, paginate } from './object-views.js';
import type { Refunds } from './refunds.js';
import { noSuch, StripeRefusal } from './stripe-error.js';
import type { StripeLedger } from './stripe-ledger.js';

/** What the API is made of. */
export interface StripeParts {
  readonly ledger: StripeLedger;
  readonly sessions: CheckoutSessions;
  readonly refunds: Refunds;
  readonly keys: IdempotencyKeys;
  readonly views: ObjectViews;
  readonly secretKey: string;
}

interface IdParams {
  readonly Params: { readonly id: string };
}

/** How Stripe words its failures. */
export const STRIPE_WORDING: FailureWording = {
  failure: (status, retryAfterSeconds): FailureAnswer => ({
    status,
    headers: {
      'request-id': newRequestId(),
      ...(retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
    body: { error: failureFields(status) },
  }),
  unauthorized: () => ({
    status: 401,
    headers: { 'request-id': newRequestId(), 'www-authenticate': 'Bearer realm="Stripe"' },
    body: { error: { type: 'invalid_request_error', message: 'Invalid API Key provided: sk_test_****' } },
  }),
};

function failureFields(status: number): Readonly<Record<string, string>> {
  if (status === 402) {
    return {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'generic_decline',
      message: 'Your card was declined.',
    };
  }
  if (status === 429) {
    return { type: 'invalid_request_error', code: 'rate_limit', message: 'Request rate limit exceeded.' };
  }
  return {
    type: status >= 500 ? 'api_error' : 'invalid_request_error',
    message: `The sandbox was told to answer ${status}.`,
  };
}

/** Stripe's API as far as checkout needs it, under `/v1`. */
export function stripeRoutes(instance: FastifyInstance, parts: StripeParts): void {
  const { ledger, sessions, refunds, views } = parts;
  prepare(instance, parts);

  const get = (path: string, answer: (id: string, query: FormObject, url: string) => unknown): void => {
    instance.get<IdParams>(path, (request) => {
      const [url = '', search = ''] = request.url.split('?');
      const query = decodeForm(search);
      return views.expand(answer(request.params.id, query, url), query);
    });
  };
  const post = (path: string, perform: (form: FormObject, id: string) => unknown): void => {
    instance.post<IdParams>(path, (request, reply) =>
      performOnce(parts, request, reply, (form) => views.expand(perform(form, request.params.id), form)),
    );
  };

  post('/v1/checkout/sessions', (form) => sessions.create(form));
  post('/v1/checkout/sessions/:id/expire', (_form, id) => sessions.expire(id));
  post('/v1/refunds', (form) => refunds.create(form));
  get('/v1/checkout/sessions/:id', (id) => sessions.retrieve(id));
  get('/v1/checkout/sessions/:id/line_items', (id, query, url) => paginate(sessions.lineItems(id), query, url));
  get('/v1/checkout/sessions', (_id, query, url) =>
    paginate(sessions.all().filter(matches(query, 'payment_intent', 'status')), query, url),
  );
  get('/v1/payment_intents/:id', (id) => found(ledger.get('payment_intents', id), 'payment_intent', id));
  get('/v1/payment_intents', (_id, query, url) => paginate(ledger.list('payment_intents').toReversed(), query, url));
  get('/v1/charges/:id', (id) => found(ledger.get('charges', id), 'charge', id));
  get('/v1/charges', (_id, query, url) =>
    paginate(ledger.list('charges').toReversed().filter(matches(query, 'payment_intent')), query, url),
  );
  get('/v1/refunds/:id', (id) => found(ledger.get('refunds', id), 'refund', id));
  get('/v1/refunds', (_id, query, url) =>
    paginate(
      ledger
        .list('refunds')
        .toReversed()
        .filter(matches(query, 'payment_intent', 'charge')),
      query,
      url,
    ),
  );
  get('/v1/events/:id', (id) => found(ledger.get('events', id), 'event', id));
  get('/v1/events', (_id, query, url) =>
    paginate(ledger.list('events').toReversed().filter(matches(query, 'type')), query, url),
  );
  get('/v1/balance', () => ({ object: 'balance', available: [], livemode: false, pending: [] }));
  instance.all('/v1/*', (request) => {
    throw new StripeRefusal(404, {
      type: 'invalid_request_error',
      message: `Unrecognized request URL (${request.method}: ${request.url.split('?')[0]}).`,
    });
  });
}

/** Authentication, bodies, headers and errors, the same for every route. */
function prepare(instance: FastifyInstance, { secretKey }: StripeParts): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  instance.addHook('preHandler', async (request, reply) => {
    const version = request.headers['stripe-version'];
    reply.headers({ 'request-id': newRequestId(), ...(version === undefined ? {} : { 'stripe-version': version }) });
    authenticate(request.headers.authorization, secretKey);
  });
  instance.setErrorHandler((error, _request, reply) => {
    if (error instanceof StripeRefusal) return reply.code(error.status).send({ error: error.fields });
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    return reply.code(status).send({
      error: {
        type: status >= 500 ? 'api_error' : 'invalid_request_error',
        message: status >= 500 ? 'An unexpected error occurred.' : 'Invalid request.',
      },
    });
  });
}

/** Does what is asked and keeps the answer under the request's idempotency key, in one commit. */
function performOnce(
  { ledger, keys }: StripeParts,
  request: FastifyRequest,
  reply: FastifyReply,
  perform: (form: FormObject) => unknown,
): unknown {
  const body = typeof request.body === 'string' ? request.body : '';
  const key = request.headers['idempotency-key'];
  const form = decodeForm(body);
  if (typeof key !== 'string' || key === '') return perform(form);
  reply.header('idempotency-key', key);
  const fingerprint = fingerprintOf(request.method, request.url, body);
  const earlier = keys.claim(key, fingerprint);
  if (earlier !== null) {
    reply.headers({ 'idempotent-replayed': 'true', 'original-request': earlier.requestId });
    return reply.code(earlier.status).send(earlier.body);
  }
  // Fastify's onResponse hook is not called for an answer whose connection broke.
  finished(reply.raw, () => keys.release(key));
  const requestId = String(reply.getHeader('request-id'));
  return ledger.atomically(
    { id: requestId, idempotency_key: key },
    () => perform(form),
    (answer) => [
      ledger.put('idempotency', key, {
        key,
        fingerprint,
        requestId,
        status: 200,
        body: answer,
        createdAtMs: ledger.clock.now().getTime(),
      }),
    ],
  );
}

function authenticate(authorization: string | undefined, secretKey: string): void {
  const refusal = (message: string): StripeRefusal =>
    new StripeRefusal(401, { type: 'invalid_request_error', message });
  if (authorization === undefined) {
    throw refusal(
      'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.',
    );
  }
  const [scheme = '', value = ''] = authorization.split(' ');
  const given =
    scheme.toLowerCase() === 'basic' ? (Buffer.from(value, 'base64').toString().split(':')[0] ?? '') : value;
  const [left, right] = [Buffer.from(given), Buffer.from(secretKey)];
  if (left.length !== right.length || !timingSafeEqual(left, right)) {
    throw refusal(`Invalid API Key provided: ${given.slice(0, 8)}****${given.length > 16 ? given.slice(-4) : ''}`);
  }
}

function matches(query: FormObject, ...names: readonly string[]): (object: object) => boolean {
  const wanted = names.flatMap((name) => {
    const value = text(query, name);
    return value === null ? [] : [[name, value] as const];
  });
  return (object) => wanted.every(([name, value]) => (object as Readonly<Record<string, unknown>>)[name] === value);
}

function found<T>(object: T | undefined, name: string, id: string): T {
  if (object === undefined) throw noSuch(name, id);
  return object;
}

function newRequestId(): string {
  return `req_${randomBytes(7).toString('hex')}`;
}
