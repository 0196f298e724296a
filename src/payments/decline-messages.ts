/**
 * What to tell a customer whose card was declined, by `decline_code`: what they can do, in a sentence.
 *
 * Source: Stripe's table of decline codes (docs.stripe.com/declines/codes) and the card error codes of the SDK.
 * As that page asks, codes that hint at fraud, loss or theft say no more than a generic decline.
 */
const ASK_BANK = 'Your bank declined the payment. Please contact your bank or use another card.';
const ANOTHER_CARD = 'This card cannot be used for this payment. Please use another card.';
const TRY_AGAIN = 'The payment could not be processed just now. Please try again in a moment or use another card.';
const WRONG_NUMBER = 'The card number is incorrect. Please check it and try again.';
const WRONG_CVC = 'The security code is incorrect. Please check it and try again.';
const WRONG_PIN = 'The PIN is incorrect. Please try again or use another card.';
const WRONG_POSTCODE = 'The postal code does not match the card. Please check it and try again.';
const AUTHENTICATE = 'Your bank asks you to confirm the payment. Please try again and complete the confirmation.';
const EXPIRED = 'The card has expired. Please use another card.';

const DECLINE_MESSAGES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    approve_with_id: 'Your bank could not approve the payment. Please try again; if it fails again, contact your bank.',
    authentication_failure: AUTHENTICATE,
    authentication_not_handled: AUTHENTICATE,
    authentication_required: AUTHENTICATE,
    call_issuer: ASK_BANK,
    card_decline_rate_limit_exceeded: 'The card was declined too often. Please wait a day or use another card.',
    card_declined: ASK_BANK,
    card_not_supported: 'This card does not support this kind of purchase. Please use another card.',
    card_velocity_exceeded: 'The limit of this card is reached. Please contact your bank or use another card.',
    currency_not_supported: 'This card does not support the currency. Please use another card.',
    do_not_honor: ASK_BANK,
    do_not_try_again: ASK_BANK,
    duplicate_transaction:
      'A payment of the same amount was made a moment ago. Please check whether you have paid already.',
    expired_card: EXPIRED,
    expired_payment_method: EXPIRED,
    fraudulent: ASK_BANK,
    generic_decline: ASK_BANK,
    highest_risk_level: ASK_BANK,
    incorrect_address: 'The billing address does not match the card. Please check it and try again.',
    incorrect_cvc: WRONG_CVC,
    incorrect_number: WRONG_NUMBER,
    incorrect_pin: WRONG_PIN,
    incorrect_postal_code: WRONG_POSTCODE,
    incorrect_zip: WRONG_POSTCODE,
    insufficient_funds: 'The card does not have enough funds. Please use another card.',
    invalid_account: 'The card or its account is not valid. Please contact your bank or use another card.',
    invalid_amount: 'Your bank does not allow a payment of this amount. Please contact your bank or use another card.',
    invalid_card_type: ANOTHER_CARD,
    invalid_cvc: WRONG_CVC,
    invalid_expiry_month: 'The expiry month is not valid. Please check it and try again.',
    invalid_expiry_year: 'The expiry year is not valid. Please check it and try again.',
    invalid_number: WRONG_NUMBER,
    invalid_pin: WRONG_PIN,
    issuer_not_available: 'Your bank could not be reached. Please try again in a moment.',
    lost_card: ASK_BANK,
    merchant_blacklist: ASK_BANK,
    mobile_device_authentication_required: AUTHENTICATE,
    new_account_information_available: ASK_BANK,
    no_action_taken: ASK_BANK,
    not_permitted: ASK_BANK,
    offline_pin_required: 'The card asks for its PIN. Please use another card.',
    online_or_offline_pin_required: 'The card asks for its PIN. Please use another card.',
    payment_method_provider_decline: ASK_BANK,
    pickup_card: ASK_BANK,
    pin_try_exceeded: 'The PIN was entered wrongly too often. Please use another card.',
    previously_declined_do_not_retry: ASK_BANK,
    processing_error: TRY_AGAIN,
    reenter_transaction: TRY_AGAIN,
    restricted_card: ASK_BANK,
    revocation_of_all_authorizations: ASK_BANK,
    revocation_of_authorization: ASK_BANK,
    security_violation: ASK_BANK,
    service_not_allowed: ASK_BANK,
    stolen_card: ASK_BANK,
    stop_payment_order: ASK_BANK,
    testmode_decline: 'A test card cannot pay for a real order. Please use a real card.',
    transaction_not_allowed: ASK_BANK,
    try_again_later: TRY_AGAIN,
    withdrawal_count_limit_exceeded: 'The limit of this card is reached. Please use another card.',
  }),
);

/**
 * The sentence for a decline.
 *
 * @param codes decline code first, then the broader error code; the first known one speaks
 */
export function declineMessage(...codes: readonly (string | null | undefined)[]): string {
  for (const code of codes) {
    const message = code ? DECLINE_MESSAGES.get(code) : undefined;
    if (message !== undefined) {
      return message;
    }
  }
  return ASK_BANK;
}

/** Every code that has a sentence of its own. */
export const KNOWN_DECLINE_CODES: readonly string[] = [...DECLINE_MESSAGES.keys()];
