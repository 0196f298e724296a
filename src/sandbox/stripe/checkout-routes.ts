import type { FastifyInstance, FastifyReply } from 'fastify';
import { PAGE_HEADERS } from '../pages/html.js';
import { checkoutPage, closedPage, unknownCheckoutPage } from './checkout-page.js';
import { type CheckoutPayments, type PaymentOutcome, successUrl } from './checkout-payments.js';
import type { CheckoutSessions } from './checkout-sessions.js';
import { decodeForm, text } from './form-decoder.js';
import { StripeRefusal } from './stripe-error.js';

interface SessionParams {
  readonly Params: { readonly id: string };
}

/**
 * Paying: a page with a form for people (`/checkout/:id`), and `POST /checkout/:id/pay { card, email? }` for clients.
 * Both take a card number or the alias of a test card.
 */
export function checkoutRoutes(
  instance: FastifyInstance,
  sessions: CheckoutSessions,
  payments: CheckoutPayments,
): void {
  instance.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  instance.setErrorHandler((error, request, reply) => {
    const wantsJson = request.url.endsWith('/pay');
    if (error instanceof StripeRefusal && error.status === 404) {
      return wantsJson
        ? reply.code(404).send({ error: error.fields })
        : reply.code(404).headers(PAGE_HEADERS).send(unknownCheckoutPage());
    }
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    return reply.code(status).send({ error: { type: 'invalid_request_error', message: 'Invalid request.' } });
  });

  instance.get<SessionParams>('/checkout/:id', (request, reply) => {
    const { session, lineItems } = sessions.stored(request.params.id);
    reply.headers(PAGE_HEADERS);
    return session.status === 'open'
      ? reply.send(checkoutPage(session, lineItems, null))
      : reply.send(closedPage(session, successUrl(session)));
  });

  instance.post<SessionParams>('/checkout/:id', (request, reply) => {
    const form = decodeForm(typeof request.body === 'string' ? request.body : '');
    const outcome = payments.pay(request.params.id, {
      card: text(form, 'test_card') ?? text(form, 'card') ?? '',
      email: text(form, 'email'),
    });
    if (outcome.kind === 'complete') return reply.redirect(outcome.redirectUrl, 303);
    reply.headers(PAGE_HEADERS);
    return outcome.kind === 'declined'
      ? reply.code(402).send(checkoutPage(outcome.session, sessions.lineItems(outcome.session.id), outcome.failure))
      : reply.code(409).send(closedPage(outcome.session, successUrl(outcome.session)));
  });

  instance.post<SessionParams>('/checkout/:id/pay', (request, reply) => {
    const { card, email } = (request.body ?? {}) as { readonly card?: unknown; readonly email?: unknown };
    const outcome = payments.pay(request.params.id, {
      card: typeof card === 'string' ? card : '',
      email: typeof email === 'string' ? email : null,
    });
    return answerClient(reply, outcome);
  });
}

function answerClient(reply: FastifyReply, outcome: PaymentOutcome): FastifyReply {
  const { status, payment_status } = outcome.session;
  switch (outcome.kind) {
    case 'complete':
      return reply.send({ status, payment_status, redirect_url: outcome.redirectUrl });
    case 'declined':
      return reply.code(402).send({ status, payment_status, error: outcome.failure });
    case 'not_open':
      return reply.code(409).send({
        status,
        payment_status,
        error: { type: 'invalid_request_error', code: 'session_not_open', message: `The session is ${status}.` },
      });
    default:
      return outcome satisfies never;
  }
}
