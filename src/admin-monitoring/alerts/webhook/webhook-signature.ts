import { createHmac } from 'node:crypto';

/** Header that says a request is ours and when it was made. */
export const SIGNATURE_HEADER = 'X-Oriel-Signature';

/**
 * Signs a body as Stripe signs its webhooks (https://docs.stripe.com/webhooks#verify-manually): `t=<epoch seconds>,v1=<hex>`,
 * where v1 is HMAC-SHA256 over `<t>.<body>`. Who receives it refuses what is too old, so that nothing can be sent again.
 */
export function signWebhook(body: string, secret: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1_000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
