/** Base URLs at which the real SDKs reach the doubles. */
export interface SandboxUrls {
  readonly stripeApiBase: string;
  readonly gcsApiEndpoint: string;
  readonly sendgridApiBase: string;
}

/**
 * The base URLs for a sandbox at `origin` (e.g. `http://127.0.0.1:3001`). All three services live at the root of the one
 * origin, each under the paths of the real API, because the SDKs leave no other choice: stripe-node takes a protocol, a
 * host and a port but no base path, and a GCS V4 signature covers `/<bucket>/<object>` as the path. They do not overlap:
 *
 * - Stripe: `/v1/…` — `new Stripe(key, { protocol: 'http', host, port })`
 * - GCS: `/storage/v1/…`, `/upload/storage/v1/…`, `/download/storage/v1/…`, signed URLs `/<bucket>/<object>` —
 *   `new Storage({ apiEndpoint })`
 * - SendGrid: `/v3/…` — `client.setDefaultRequest('baseUrl', …)`, after `setApiKey`, which resets it
 */
export function sandboxUrls(origin: string): SandboxUrls {
  const base = origin.replace(/\/+$/, '');
  return { stripeApiBase: base, gcsApiEndpoint: base, sendgridApiBase: base };
}
