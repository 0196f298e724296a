import fc from 'fast-check';
import { PAYMENT_STATUSES, type PaymentStatus } from './payment-status.js';
import { nextStatus, type PaymentFact } from './payment-transitions.js';

const FACTS: readonly PaymentFact[] = ['paid', 'declined', 'expired', 'refunded'];

function after(facts: readonly PaymentFact[], start: PaymentStatus = 'pending'): PaymentStatus {
  return facts.reduce<PaymentStatus>((status, fact) => nextStatus(status, fact) ?? status, start);
}

describe('payment transitions', () => {
  it('completes a pending payment when it is paid', () => {
    expect(after(['paid'])).toBe('completed');
  });

  it('ignores an expiry or a decline that comes after the payment', () => {
    expect(after(['paid', 'expired', 'declined'])).toBe('completed');
  });

  it('makes a credit of money that came after an expiry or a decline', () => {
    expect(after(['expired', 'paid'])).toBe('completed');
    expect(after(['declined', 'paid'])).toBe('completed');
  });

  it('remembers a refund that comes before the payment it undoes', () => {
    expect(after(['refunded', 'paid'])).toBe('refunded');
  });

  it('refunds a consumed payment without making it a credit again', () => {
    expect(after(['refunded', 'paid'], 'consumed')).toBe('refunded');
  });

  it('never takes a credit away except by a refund', () => {
    for (const fact of ['paid', 'declined', 'expired'] as const) {
      expect(nextStatus('completed', fact)).toBeNull();
      expect(nextStatus('consumed', fact)).toBeNull();
    }
  });

  it('knows each state, and leaves refunded for good', () => {
    for (const status of PAYMENT_STATUSES) {
      expect(FACTS.every((fact) => nextStatus(status, fact) !== status)).toBe(true);
    }
    expect(FACTS.map((fact) => nextStatus('refunded', fact))).toEqual([null, null, null, null]);
  });

  it('ends in the same state whatever the order of payment, expiry and refund and however often each is told', () => {
    const facts = fc.shuffledSubarray<PaymentFact>(['paid', 'expired', 'declined'], { minLength: 1 });
    fc.assert(
      fc.property(facts, fc.boolean(), fc.array(fc.nat(3), { maxLength: 6 }), (told, refunded, again) => {
        const all = refunded ? [...told, 'refunded' as const] : told;
        const repeated = [...all, ...again.map((index) => all[index % all.length] ?? 'paid')];
        const expected = refunded ? 'refunded' : told.includes('paid') ? 'completed' : after(told);
        expect(after(repeated)).toBe(expected);
        expect(refunded || told.includes('paid') ? after(repeated.toReversed()) : expected).toBe(expected);
      }),
      { seed: 20_240_101 },
    );
  });
});
