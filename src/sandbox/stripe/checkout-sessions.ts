import { type FormObject, integer, list, metadata, nested, text } from './form-decoder.js';
import { invalid, missing, noSuch } from './stripe-error.js';
import type { StripeLedger } from './stripe-ledger.js';
import type { CheckoutSession, LineItem, StoredSession } from './stripe-objects.js';

const DAY_SECONDS = 86_400;
const MIN_LIFETIME_SECONDS = 30 * 60;
/** Stripe's minimum charge in US dollars and euros. */
const MIN_AMOUNT = 50;
const MAX_AMOUNT = 99_999_999;

/** Parameters of session creation that exist; those that do not change a payment are accepted and ignored. */
const CREATE_PARAMETERS = new Set([
  'adaptive_pricing', 'after_expiration', 'allow_promotion_codes', 'automatic_tax', 'billing_address_collection',
  'branding_settings', 'cancel_url', 'client_reference_id', 'consent_collection', 'currency', 'custom_fields',
  'custom_text', 'customer_creation', 'customer_email', 'expand', 'expires_at', 'invoice_creation', 'line_items',
  'locale', 'metadata', 'mode', 'origin_context', 'payment_intent_data', 'payment_method_collection',
  'payment_method_options', 'payment_method_types', 'phone_number_collection', 'submit_type', 'success_url',
  'tax_id_collection', 'ui_mode', 'wallet_options',
]); // prettier-ignore

/** The life of checkout sessions apart from paying them. */
export class CheckoutSessions {
  constructor(
    private readonly ledger: StripeLedger,
    private readonly origin: () => string,
  ) {}

  /** @throws StripeRefusal 400 for parameters Stripe would refuse. */
  create(form: FormObject): CheckoutSession {
    const unknown = Object.keys(form).find((name) => !CREATE_PARAMETERS.has(name));
    if (unknown !== undefined) throw invalid(`Received unknown parameter: ${unknown}`, unknown, 'parameter_unknown');
    if (text(form, 'mode') !== 'payment') throw invalid('The sandbox only has sessions of mode `payment`.', 'mode');
    const lineItems = this.readLineItems(form);
    const [first] = lineItems;
    if (first === undefined) throw missing('line_items');
    const successUrl = text(form, 'success_url');
    if (successUrl === null) throw missing('success_url');
    const total = lineItems.reduce((sum, item) => sum + item.amount_total, 0);
    if (total < MIN_AMOUNT) {
      throw invalid(
        'The Checkout Session total amount due must add up to at least $0.50 usd',
        undefined,
        'amount_too_small',
      );
    }
    if (total > MAX_AMOUNT) throw invalid('Amount must be no more than $999,999.99', undefined, 'amount_too_large');
    const cancelUrl = text(form, 'cancel_url');
    const created = this.ledger.seconds();
    const intentData = nested(form, 'payment_intent_data');
    const session: CheckoutSession = {
      id: this.ledger.newId('cs_test'),
      object: 'checkout.session',
      amount_subtotal: total,
      amount_total: total,
      cancel_url: cancelUrl === null ? null : webAddress(cancelUrl, 'cancel_url'),
      client_reference_id: text(form, 'client_reference_id'),
      created,
      currency: first.currency,
      customer: null,
      customer_details: null,
      customer_email: text(form, 'customer_email'),
      expires_at: readExpiry(form, created),
      livemode: false,
      locale: text(form, 'locale'),
      metadata: metadata(form),
      mode: 'payment',
      payment_intent: null,
      payment_method_types: ['card'],
      payment_status: 'unpaid',
      status: 'open',
      success_url: webAddress(successUrl, 'success_url'),
      ui_mode: 'hosted_page',
      url: null,
    };
    const stored: StoredSession = {
      session,
      lineItems,
      intentMetadata: metadata(intentData),
      description: text(intentData, 'description'),
    };
    this.ledger.commit(
      this.ledger.put('sessions', session.id, stored),
      this.ledger.put('open_sessions', session.id, { sessionId: session.id, expiresAt: session.expires_at }),
    );
    return this.view(session);
  }

  /** @throws StripeRefusal 404 */
  retrieve(id: string): CheckoutSession {
    return this.view(this.stored(id).session);
  }

  lineItems(id: string): readonly LineItem[] {
    return this.stored(id).lineItems;
  }

  /** Newest first. */
  all(): readonly CheckoutSession[] {
    return this.ledger
      .list('sessions')
      .toReversed()
      .map(({ session }) => this.view(this.stored(session.id).session));
  }

  /** @throws StripeRefusal 404; 400 when the session is not open. */
  expire(id: string): CheckoutSession {
    const stored = this.stored(id);
    if (stored.session.status !== 'open') {
      throw invalid(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${stored.session.status}.`,
      );
    }
    return this.view(this.markExpired(stored));
  }

  /** Expires every session whose time is over. */
  expireDue(): void {
    const now = this.ledger.seconds();
    for (const { sessionId, expiresAt } of this.ledger.list('open_sessions')) {
      if (now >= expiresAt) this.stored(sessionId);
    }
  }

  /** The session as it is now: one past its time is expired by being looked at. @throws StripeRefusal 404 */
  stored(id: string): StoredSession {
    const stored = this.ledger.get('sessions', id);
    if (stored === undefined) throw noSuch('checkout.session', id, 'session');
    if (stored.session.status !== 'open' || this.ledger.seconds() < stored.session.expires_at) return stored;
    return { ...stored, session: this.markExpired(stored) };
  }

  /** The session with the address under which the sandbox is reached now. */
  view(session: CheckoutSession): CheckoutSession {
    return session.status === 'open' ? { ...session, url: `${this.origin()}/checkout/${session.id}` } : session;
  }

  private markExpired(stored: StoredSession): CheckoutSession {
    const session: CheckoutSession = { ...stored.session, status: 'expired' };
    this.ledger.commit(
      this.ledger.put('sessions', session.id, { ...stored, session }),
      this.ledger.put('open_sessions', session.id, null),
      ...this.ledger.event('checkout.session.expired', session),
    );
    return session;
  }

  private readLineItems(form: FormObject): readonly LineItem[] {
    const items = list(form, 'line_items').map((entry, index) => this.readLineItem(entry, `line_items[${index}]`));
    if (new Set(items.map(({ currency }) => currency)).size > 1) {
      throw invalid('All line items must have the same currency.', 'line_items');
    }
    return items;
  }

  private readLineItem(entry: FormObject | string, param: string): LineItem {
    if (typeof entry === 'string') throw invalid('Invalid object', param);
    const price = text(entry, 'price');
    if (price !== null) throw noSuch('price', price, `${param}[price]`);
    const priceData = nested(entry, 'price_data');
    const currency = text(priceData, 'currency')?.toLowerCase();
    if (currency === undefined) throw missing(`${param}[price_data][currency]`);
    if (!/^[a-z]{3}$/.test(currency)) throw invalid(`Invalid currency: ${currency}.`, `${param}[price_data][currency]`);
    const unitAmount = integer(priceData, 'unit_amount', `${param}[price_data][unit_amount]`);
    if (unitAmount === null) throw missing(`${param}[price_data][unit_amount]`);
    const quantity = integer(entry, 'quantity', `${param}[quantity]`) ?? 1;
    if (unitAmount < 0)
      throw invalid('This value must be greater than or equal to 0.', `${param}[price_data][unit_amount]`);
    if (quantity < 1) throw invalid('This value must be greater than or equal to 1.', `${param}[quantity]`);
    const name = text(nested(priceData, 'product_data'), 'name');
    if (name === null) throw missing(`${param}[price_data][product_data][name]`);
    const amount = unitAmount * quantity;
    return {
      id: this.ledger.newId('li'),
      object: 'item',
      amount_discount: 0,
      amount_subtotal: amount,
      amount_tax: 0,
      amount_total: amount,
      currency,
      description: name,
      quantity,
    };
  }
}

function readExpiry(form: FormObject, created: number): number {
  const expiresAt = integer(form, 'expires_at') ?? created + DAY_SECONDS;
  // One minute of grace for clocks and for the way of the request.
  if (expiresAt > created + DAY_SECONDS + 60) {
    throw invalid(
      'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.',
      'expires_at',
    );
  }
  if (expiresAt < created + MIN_LIFETIME_SECONDS - 60) {
    throw invalid(
      'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
      'expires_at',
    );
  }
  return expiresAt;
}

/** Checked with the placeholder filled in; returned as it was given, so that the placeholder is still there. */
function webAddress(address: string, param: string): string {
  const url = URL.parse(address.replace('{CHECKOUT_SESSION_ID}', 'cs'));
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw invalid('Not a valid URL', param, 'url_invalid');
  }
  return address;
}
