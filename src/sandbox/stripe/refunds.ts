import { type FormObject, integer, metadata, text } from './form-decoder.js';
import { invalid, missing, noSuch } from './stripe-error.js';
import type { StripeLedger } from './stripe-ledger.js';
import type { Charge, Refund } from './stripe-objects.js';

const PARAMETERS = new Set(['amount', 'charge', 'expand', 'metadata', 'payment_intent', 'reason']);
const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'];

/** Giving money back, whole or in part, at most what was paid. */
export class Refunds {
  constructor(private readonly ledger: StripeLedger) {}

  /** @throws StripeRefusal 404 or 400, as Stripe does for what cannot be refunded. */
  create(form: FormObject): Refund {
    const unknown = Object.keys(form).find((name) => !PARAMETERS.has(name));
    if (unknown !== undefined) throw invalid(`Received unknown parameter: ${unknown}`, unknown, 'parameter_unknown');
    const reason = text(form, 'reason');
    if (reason !== null && !REASONS.includes(reason)) {
      throw invalid(`Invalid reason: must be one of ${REASONS.join(', ')}`, 'reason');
    }
    const charge = this.findCharge(form);
    if (charge.status !== 'succeeded') throw invalid('This charge has not succeeded and cannot be refunded.', 'charge');
    const left = charge.amount - charge.amount_refunded;
    if (left === 0) {
      throw invalid(`Charge ${charge.id} has already been refunded.`, undefined, 'charge_already_refunded');
    }
    const amount = integer(form, 'amount') ?? left;
    if (amount < 1) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
    if (amount > left) {
      throw invalid(
        `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
        'amount',
        'amount_too_large',
      );
    }
    const refund: Refund = {
      id: this.ledger.newId('re'),
      object: 'refund',
      amount,
      charge: charge.id,
      created: this.ledger.seconds(),
      currency: charge.currency,
      metadata: metadata(form),
      payment_intent: charge.payment_intent,
      reason,
      status: 'succeeded',
    };
    const refunded: Charge = {
      ...charge,
      amount_refunded: charge.amount_refunded + amount,
      refunded: amount === left,
    };
    this.ledger.commit(
      this.ledger.put('refunds', refund.id, refund),
      this.ledger.put('charges', charge.id, refunded),
      ...this.ledger.event('charge.refunded', refunded),
    );
    return refund;
  }

  private findCharge(form: FormObject): Charge {
    const chargeId = text(form, 'charge');
    const intentId = text(form, 'payment_intent');
    if (chargeId !== null) {
      const charge = this.ledger.get('charges', chargeId);
      if (charge === undefined) throw noSuch('charge', chargeId, 'charge');
      return charge;
    }
    if (intentId === null) throw missing('charge');
    const intent = this.ledger.get('payment_intents', intentId);
    if (intent === undefined) throw noSuch('payment_intent', intentId, 'payment_intent');
    const charge = this.ledger.get('charges', intent.latest_charge ?? '');
    if (charge === undefined) {
      throw invalid(`This PaymentIntent (${intentId}) does not have a successful charge to refund.`, 'payment_intent');
    }
    return charge;
  }
}
