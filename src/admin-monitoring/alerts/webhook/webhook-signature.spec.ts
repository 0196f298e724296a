import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import { signWebhook } from './webhook-signature.js';

const NOW = new Date('2030-01-01T00:00:00.900Z');

describe('signWebhook', () => {
  it('signs the time and the body', () => {
    const expected = createHmac('sha256', 'a-secret-of-ours').update('1893456000.{"id":"1"}').digest('hex');
    expect(signWebhook('{"id":"1"}', 'a-secret-of-ours', NOW)).toBe(`t=1893456000,v1=${expected}`);
  });

  it('is understood by whoever can verify Stripe’s signatures', () => {
    const body = JSON.stringify({ object: 'event', id: 'x' });
    const verify = (signature: string): unknown =>
      new Stripe('sk_test_x').webhooks.constructEvent(
        body, signature, 'a-secret-of-ours', 300, undefined, NOW.getTime(),
      ); // prettier-ignore
    expect(verify(signWebhook(body, 'a-secret-of-ours', NOW))).toMatchObject({ id: 'x' });
    expect(() => verify(signWebhook(body, 'another-secret-1', NOW))).toThrow();
    expect(() => verify(signWebhook(`${body} `, 'a-secret-of-ours', NOW))).toThrow();
  });
});
