import type { PaymentFact } from '../payment-transitions.js';

/** Injection token of the {@link PaymentGateway}. */
export const PAYMENT_GATEWAY = Symbol('PaymentGateway');

/** What a checkout session is made of. Equal requests under one idempotency key make one session. */
export interface CheckoutRequest {
  readonly paymentId: string;
  readonly userId: string;
  readonly customerEmail: string;
  readonly tier: string;
  readonly productName: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly successUrl: string;
  readonly cancelUrl: string;
}

/** A checkout session as the gateway has it. */
export interface CheckoutSession {
  readonly id: string;
  /** Where the customer pays; null once the session is closed. */
  readonly url: string | null;
  /** Whether the page still takes a payment. */
  readonly status: 'open' | 'complete' | 'expired' | null;
  /** What the session says about the money; null while nothing is decided. */
  readonly fact: Extract<PaymentFact, 'paid' | 'declined' | 'expired'> | null;
  /** Reason of the bank when the payment failed. */
  readonly failureCode: string | null;
  readonly paymentId: string | null;
  readonly paymentIntentId: string | null;
  readonly amountCents: number | null;
  readonly currency: string | null;
  /** What was given back so far, where the gateway said. */
  readonly refundedCents: number;
}

interface GatewayEventBase {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Date;
}

/** A verified webhook event in our terms. */
export type GatewayEvent = GatewayEventBase &
  (
    | { readonly kind: 'session'; readonly session: CheckoutSession }
    | {
        readonly kind: 'decline';
        readonly paymentId: string | null;
        readonly paymentIntentId: string;
        readonly failureCode: string | null;
      }
    | {
        readonly kind: 'refund';
        readonly paymentId: string | null;
        readonly paymentIntentId: string | null;
        readonly refundedCents: number;
      }
    | { readonly kind: 'other' }
  );

export interface RefundRequest {
  readonly paymentId: string;
  readonly paymentIntentId: string;
}

/** Who takes the money. All methods throw translated `ApiError`s and stop when `signal` aborts. */
export interface PaymentGateway {
  /** Makes the payment's session, or finds the one made before under the same payment id. */
  createSession(request: CheckoutRequest, signal: AbortSignal): Promise<CheckoutSession>;

  /** @throws NotFoundError `SESSION_NOT_FOUND` */
  retrieveSession(sessionId: string, signal: AbortSignal): Promise<CheckoutSession>;

  /** Gives everything back; safe to repeat. */
  refund(request: RefundRequest, signal: AbortSignal): Promise<{ readonly refundId: string }>;

  /** Resolves when the gateway answers and accepts our credentials. */
  ping(signal: AbortSignal): Promise<void>;

  /**
   * Verifies and reads a webhook.
   *
   * @param rawBody the bytes as they came; a re-serialised body never matches its signature
   * @throws ApiError `WEBHOOK_SIGNATURE_INVALID` when forged or older than 300 s, `WEBHOOK_PAYLOAD_INVALID`
   */
  readEvent(rawBody: Buffer, signature: string | undefined, receivedAt: Date): Promise<GatewayEvent>;
}
