import { AsyncLocalStorage } from 'node:async_hooks';
import type Stripe from 'stripe';
import type { StripeConfig } from '../../config/index.js';
import { ApiError, isApiError } from '../../platform/errors/index.js';
import type {
  CheckoutRequest,
  CheckoutSession,
  GatewayEvent,
  PaymentGateway,
  RefundRequest,
} from '../ports/payment-gateway.port.js';
import { type StripeErrors, translateStripeError } from './stripe-error-translator.js';
import { toGatewayEvent } from './stripe-event-translator.js';
import { toCheckoutSession } from './stripe-session-translator.js';

/** Age above which a webhook's signature is not accepted (docs.stripe.com/webhooks, replay attacks). */
const WEBHOOK_TOLERANCE_SECONDS = 300;
/** Backstop below the attempt's own signal, which ends every call long before. */
const SDK_TIMEOUT_MS = 80_000;

interface Sdk {
  readonly client: Stripe;
  readonly errors: StripeErrors;
}

/**
 * Stripe through its SDK. It makes exactly one HTTP request per call: retries are the policy's, and each request that
 * creates something carries an idempotency key derived from our payment, so that repeating it is safe.
 *
 * The SDK is loaded at the first call: it is a megabyte of source, which a process that has nothing to charge never needs.
 */
export class StripeDriver implements PaymentGateway {
  private loaded: Promise<Sdk> | undefined;
  private readonly attemptSignal = new AsyncLocalStorage<AbortSignal>();

  constructor(private readonly config: StripeConfig) {}

  async createSession(request: CheckoutRequest, signal: AbortSignal): Promise<CheckoutSession> {
    const { paymentId, userId, tier } = request;
    const session = await this.call(signal, (stripe) =>
      stripe.checkout.sessions.create(
        {
          mode: 'payment',
          client_reference_id: paymentId,
          customer_email: request.customerEmail,
          line_items: [
            {
              quantity: 1,
              price_data: {
                currency: request.currency,
                unit_amount: request.amountCents,
                product_data: { name: request.productName },
              },
            },
          ],
          success_url: request.successUrl,
          cancel_url: request.cancelUrl,
          metadata: { payment_id: paymentId, user_id: userId, tier },
          payment_intent_data: { metadata: { payment_id: paymentId } },
        },
        { idempotencyKey: `checkout-session:${paymentId}` },
      ),
    );
    return toCheckoutSession(session);
  }

  async retrieveSession(sessionId: string, signal: AbortSignal): Promise<CheckoutSession> {
    const session = await this.call(signal, (stripe) =>
      stripe.checkout.sessions.retrieve(sessionId, { expand: ['payment_intent.latest_charge'] }),
    );
    return toCheckoutSession(session);
  }

  async refund({ paymentId, paymentIntentId }: RefundRequest, signal: AbortSignal): Promise<{ refundId: string }> {
    const refund = await this.call(signal, (stripe) =>
      stripe.refunds.create(
        { payment_intent: paymentIntentId, metadata: { payment_id: paymentId } },
        { idempotencyKey: `refund:${paymentId}:${paymentIntentId}` },
      ),
    );
    return { refundId: refund.id };
  }

  async ping(signal: AbortSignal): Promise<void> {
    await this.call(signal, (stripe) => stripe.checkout.sessions.list({ limit: 1 }));
  }

  async readEvent(rawBody: Buffer, signature: string | undefined, receivedAt: Date): Promise<GatewayEvent> {
    return toGatewayEvent(await this.verified(rawBody, signature, receivedAt));
  }

  private async verified(rawBody: Buffer, signature: string | undefined, receivedAt: Date): Promise<Stripe.Event> {
    if (signature === undefined) {
      throw new ApiError('WEBHOOK_SIGNATURE_INVALID');
    }
    const { webhookSecret } = this.config;
    const { client, errors } = await this.sdk();
    try {
      return client.webhooks.constructEvent(
        rawBody,
        signature,
        webhookSecret,
        WEBHOOK_TOLERANCE_SECONDS,
        undefined,
        receivedAt.getTime(),
      );
    } catch (error) {
      const forged = error instanceof errors.StripeSignatureVerificationError;
      throw new ApiError(forged ? 'WEBHOOK_SIGNATURE_INVALID' : 'WEBHOOK_PAYLOAD_INVALID', { cause: error });
    }
  }

  private async call<T>(signal: AbortSignal, request: (stripe: Stripe) => Promise<T>): Promise<T> {
    const { client, errors } = await this.sdk();
    try {
      signal.throwIfAborted();
      return await this.attemptSignal.run(signal, () => request(client));
    } catch (error) {
      throw isApiError(error) ? error : translateStripeError(error, signal, errors);
    }
  }

  private sdk(): Promise<Sdk> {
    this.loaded ??= this.load();
    return this.loaded;
  }

  private async load(): Promise<Sdk> {
    const { default: Stripe } = await import('stripe');
    const client = new Stripe(this.config.secretKey, {
      ...baseAddress(this.config.apiBase),
      maxNetworkRetries: 0,
      timeout: SDK_TIMEOUT_MS,
      telemetry: false,
      httpClient: Stripe.createFetchHttpClient((url, init) => this.fetchUntilAborted(url, init)),
    });
    return { client, errors: Stripe.errors };
  }

  /**
   * The SDK takes no signal, and its own HTTP client repeats a request whose connection was closed. This one ends with
   * the attempt, down to the socket, and repeats nothing.
   */
  private fetchUntilAborted(url: string | URL | Request, init?: RequestInit): Promise<Response> {
    const signals = [init?.signal, this.attemptSignal.getStore()].flatMap((signal) => signal ?? []);
    return fetch(url, { ...init, signal: AbortSignal.any(signals) });
  }
}

function baseAddress(apiBase: string | null): Pick<Stripe.StripeConfig, 'host' | 'port' | 'protocol'> {
  if (apiBase === null) {
    return {};
  }
  const url = new URL(apiBase);
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return { protocol, host: url.hostname, port: url.port || (protocol === 'http' ? 80 : 443) };
}
