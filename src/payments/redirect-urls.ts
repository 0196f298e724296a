import { ValidationError } from '../platform/errors/index.js';

const MAX_LENGTH = 2_048;
/** Stripe replaces this literally, so a URL is passed on as it was written and never re-serialised. */
const SESSION_PLACEHOLDER = '{CHECKOUT_SESSION_ID}';

export interface RedirectUrls {
  readonly successUrl: string;
  readonly cancelUrl: string;
}

/**
 * Where Stripe sends the customer after checkout: our own pages only, or the checkout page would be an open redirect.
 *
 * @param requested what the caller asked for; our start page where it did not
 * @param publicUrl origin of our own site
 * @param allowedOrigins further origins that belong to us
 * @throws ValidationError naming the field whose URL is not one of ours
 */
export function redirectUrls(
  requested: { readonly successUrl?: string | undefined; readonly cancelUrl?: string | undefined },
  publicUrl: string,
  allowedOrigins: readonly string[],
): RedirectUrls {
  const allowed = new Set([publicUrl, ...allowedOrigins].flatMap((url) => originOf(url) ?? []));
  return {
    successUrl:
      ownUrl('success_url', requested.successUrl, allowed) ??
      `${publicUrl}/?payment=success&session_id=${SESSION_PLACEHOLDER}`,
    cancelUrl: ownUrl('cancel_url', requested.cancelUrl, allowed) ?? `${publicUrl}/?payment=cancelled`,
  };
}

function ownUrl(field: string, url: string | undefined, allowed: ReadonlySet<string>): string | undefined {
  if (url === undefined) {
    return undefined;
  }
  const origin = url.length > MAX_LENGTH || hasUnsafeCharacter(url) ? null : originOf(url);
  if (origin === null || !allowed.has(origin)) {
    throw new ValidationError({ field, message: `${field} must be a URL of this site` });
  }
  return url;
}

/** Parsers disagree about blanks, control characters and backslashes in a URL; no honest caller sends one. */
function hasUnsafeCharacter(url: string): boolean {
  return /[\s\\]/u.test(url) || /\p{Cc}/u.test(url);
}

function originOf(url: string): string | null {
  const parsed = URL.parse(url);
  if (
    parsed === null ||
    !['http:', 'https:'].includes(parsed.protocol) ||
    parsed.username !== '' ||
    parsed.password !== ''
  ) {
    return null;
  }
  return parsed.origin;
}
