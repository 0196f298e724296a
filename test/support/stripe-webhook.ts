import { createHmac } from 'node:crypto';

/** Posts a webhook signed as Stripe signs it (https://docs.stripe.com/webhooks#verify-manually). */
export async function deliverWebhook(
  url: string,
  event: object,
  { secret, timestamp = Math.floor(Date.now() / 1_000) }: { readonly secret: string; readonly timestamp?: number },
): Promise<{ readonly status: number; readonly body: { readonly received?: boolean; readonly duplicate?: boolean } }> {
  const payload = JSON.stringify(event);
  const signature = createHmac('sha256', secret).update(`${timestamp}.${payload}`).digest('hex');
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': `t=${timestamp},v1=${signature}` },
    body: payload,
  });
  return { status: response.status, body: (await response.json()) as { received?: boolean; duplicate?: boolean } };
}
