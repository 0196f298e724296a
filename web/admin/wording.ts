import type { Wording } from '../shared/errors/wording.ts';

/** How the dashboard speaks of failures: to operators, about the product. */
export const OPERATOR_WORDING: Wording = {
  codes: {
    PAYMENT_REQUIRED: {
      title: 'The payment does not stand any more',
      hint: 'It was refunded, for example: this video cannot be made again.',
      remedy: 'none',
    },
    PAYMENT_ALREADY_USED: {
      title: 'The credit is used',
      hint: 'The customer made another video with it: this one cannot be made again.',
      remedy: 'none',
    },
    REQUEST_NOT_FOUND: {
      title: 'No story',
      hint: 'It may have gone well and left nothing behind, or it was too long ago.',
      remedy: 'none',
    },
  },
  away: { title: 'Not at the moment', hint: 'What it needs is away or busy: “Now” shows which.' },
  fault: { title: 'The product failed', hint: 'The story of the request below tells why.' },
  refusal: { title: 'That is not possible', hint: 'If you did not expect this, look at the request below.' },
};
