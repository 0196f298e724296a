import type { PaymentFailure } from './stripe-objects.js';

/** What becomes of a payment with a certain card. */
export type CardBehaviour =
  | { readonly kind: 'pays'; readonly brand: string; readonly last4: string }
  | {
      readonly kind: 'settles_later';
      readonly outcome: 'succeeds' | 'fails';
      readonly brand: string;
      readonly last4: string;
    }
  | { readonly kind: 'declined'; readonly failure: PaymentFailure; readonly brand: string; readonly last4: string }
  /** The number is none, so that nothing is even tried. */
  | { readonly kind: 'unusable'; readonly failure: PaymentFailure };

export interface TestCard {
  readonly alias: string;
  readonly number: string;
  readonly label: string;
}

/** The cards that the checkout page offers; numbers as in docs.stripe.com/testing, where Stripe has such a card. */
export const TEST_CARDS: readonly TestCard[] = [
  { alias: 'success', number: '4242424242424242', label: 'Pays' },
  { alias: 'declined', number: '4000000000000002', label: 'Declined' },
  { alias: 'insufficient_funds', number: '4000000000009995', label: 'Declined: insufficient funds' },
  { alias: 'expired_card', number: '4000000000000069', label: 'Declined: expired card' },
  { alias: 'incorrect_cvc', number: '4000000000000127', label: 'Declined: incorrect security code' },
  { alias: 'processing_error', number: '4000000000000119', label: 'Declined: processing error' },
  { alias: 'async', number: '4000002500003155', label: 'Pays a little later' },
  { alias: 'async_failed', number: '4000008260003178', label: 'Fails a little later' },
];

const DECLINES: Readonly<Record<string, Omit<PaymentFailure, 'type'>>> = {
  '4000000000000002': { code: 'card_declined', decline_code: 'generic_decline', message: 'Your card was declined.' },
  '4000000000009995': {
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
  },
  '4000000000009987': { code: 'card_declined', decline_code: 'lost_card', message: 'Your card was declined.' },
  '4000000000009979': { code: 'card_declined', decline_code: 'stolen_card', message: 'Your card was declined.' },
  '4000000000000069': { code: 'expired_card', decline_code: 'expired_card', message: 'Your card has expired.' },
  '4000000000000127': {
    code: 'incorrect_cvc',
    decline_code: 'incorrect_cvc',
    message: "Your card's security code is incorrect.",
  },
  '4000000000000119': {
    code: 'processing_error',
    decline_code: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
};

const PAYING = new Set(['4242424242424242', '4000056655665556', '5555555555554444', '378282246310005']);

/** @param card a number, with or without spaces, or the alias of a test card. */
export function behaviourOf(card: string): CardBehaviour {
  const number = TEST_CARDS.find(({ alias }) => alias === card)?.number ?? card.replaceAll(/[\s-]/g, '');
  if (!/^\d{12,19}$/.test(number) || !passesLuhn(number)) {
    return {
      kind: 'unusable',
      failure: { type: 'card_error', code: 'incorrect_number', message: 'Your card number is incorrect.' },
    };
  }
  const face = { brand: brandOf(number), last4: number.slice(-4) };
  if (PAYING.has(number)) return { kind: 'pays', ...face };
  if (number === '4000002500003155') return { kind: 'settles_later', outcome: 'succeeds', ...face };
  if (number === '4000008260003178') return { kind: 'settles_later', outcome: 'fails', ...face };
  const decline = DECLINES[number] ?? {
    code: 'card_declined',
    decline_code: 'test_mode_live_card',
    message: 'Your card was declined. Your request was in test mode, but used a non test card.',
  };
  return { kind: 'declined', failure: { type: 'card_error', ...decline }, ...face };
}

function brandOf(number: string): string {
  if (number.startsWith('4')) return 'visa';
  if (/^3[47]/.test(number)) return 'amex';
  return /^(5[1-5]|2[2-7])/.test(number) ? 'mastercard' : 'unknown';
}

/** The check digit of ISO/IEC 7812-1, Annex B. */
function passesLuhn(number: string): boolean {
  let sum = 0;
  for (const [index, digit] of number.split('').toReversed().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
