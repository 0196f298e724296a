/** The parts of Stripe's objects (docs.stripe.com/api) that the double keeps; times are epoch seconds. */

type Metadata = Readonly<Record<string, string>>;

export interface LineItem {
  readonly id: string;
  readonly object: 'item';
  readonly amount_discount: 0;
  readonly amount_subtotal: number;
  readonly amount_tax: 0;
  readonly amount_total: number;
  readonly currency: string;
  readonly description: string;
  readonly quantity: number;
}

export interface CheckoutSession {
  readonly id: string;
  readonly object: 'checkout.session';
  readonly amount_subtotal: number;
  readonly amount_total: number;
  readonly cancel_url: string | null;
  readonly client_reference_id: string | null;
  readonly created: number;
  readonly currency: string;
  readonly customer: null;
  readonly customer_details: { readonly email: string | null; readonly name: string | null } | null;
  readonly customer_email: string | null;
  readonly expires_at: number;
  readonly livemode: false;
  readonly locale: string | null;
  readonly metadata: Metadata;
  readonly mode: 'payment';
  readonly payment_intent: string | null;
  readonly payment_method_types: readonly string[];
  readonly payment_status: 'paid' | 'unpaid';
  readonly status: 'open' | 'complete' | 'expired';
  readonly success_url: string;
  readonly ui_mode: 'hosted_page';
  /** Where the payer goes; null once the session is no longer open. */
  readonly url: string | null;
}

/** A session with what its owner sees only on request, or never. */
export interface StoredSession {
  readonly session: CheckoutSession;
  readonly lineItems: readonly LineItem[];
  readonly intentMetadata: Metadata;
  readonly description: string | null;
}

export interface PaymentFailure {
  readonly type: 'card_error';
  readonly code: string;
  readonly decline_code?: string;
  readonly message: string;
  readonly charge?: string;
}

export interface PaymentIntent {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly amount: number;
  readonly amount_received: number;
  readonly created: number;
  readonly currency: string;
  readonly description: string | null;
  readonly last_payment_error: PaymentFailure | null;
  readonly latest_charge: string | null;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly payment_method_types: readonly string[];
  readonly receipt_email: string | null;
  readonly status: 'requires_payment_method' | 'processing' | 'succeeded';
}

export interface Charge {
  readonly id: string;
  readonly object: 'charge';
  readonly amount: number;
  readonly amount_captured: number;
  readonly amount_refunded: number;
  readonly billing_details: { readonly email: string | null };
  readonly captured: boolean;
  readonly created: number;
  readonly currency: string;
  readonly description: string | null;
  readonly disputed: false;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly outcome: { readonly network_status: string; readonly reason: string | null; readonly type: string };
  readonly paid: boolean;
  readonly payment_intent: string;
  readonly payment_method_details: {
    readonly type: 'card';
    readonly card: { readonly brand: string; readonly last4: string };
  };
  readonly refunded: boolean;
  readonly status: 'succeeded' | 'pending' | 'failed';
}

export interface Refund {
  readonly id: string;
  readonly object: 'refund';
  readonly amount: number;
  readonly charge: string;
  readonly created: number;
  readonly currency: string;
  readonly metadata: Metadata;
  readonly payment_intent: string;
  readonly reason: string | null;
  readonly status: 'succeeded';
}

export type StripeObject = CheckoutSession | PaymentIntent | Charge | Refund;

export type StripeEventType =
  | 'checkout.session.completed'
  | 'checkout.session.async_payment_succeeded'
  | 'checkout.session.async_payment_failed'
  | 'checkout.session.expired'
  | 'charge.refunded'
  | 'payment_intent.payment_failed';

export interface StripeEvent {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: StripeObject };
  readonly livemode: false;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: StripeEventType;
}

/** An event on its way to the webhook; removed when it arrived. */
export interface Delivery {
  readonly eventId: string;
  readonly attempts: number;
  readonly nextAttemptAtMs: number;
  readonly giveUpAtMs: number;
}

/** An asynchronous payment that is still unpaid. */
export interface Settlement {
  readonly sessionId: string;
  readonly dueAtMs: number;
  readonly outcome: 'succeeds' | 'fails';
}
