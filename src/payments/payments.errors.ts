import { ApiError } from '../platform/errors/index.js';

/** Why what Stripe says does not fit our order. */
export type MismatchReason = 'amount_mismatch' | 'payment_mismatch' | 'paid_twice';

/** Money that an operator has to look at: Stripe reports a payment that is not the one we asked for. */
export class PaymentMismatchError extends ApiError {
  constructor(paymentId: string, reason: MismatchReason) {
    super('PAYMENT_MISMATCH', { details: { payment_id: paymentId, reason } });
  }
}
