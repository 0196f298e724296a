import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.js';

const MAX_LENGTH = 2_000;

/** A host as it stands in a URL (`[::1]`), as an address or a name to look up (`::1`). */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/** Whether the operator of this deployment vouches for the host, whatever its address is. */
export function isAllowedHost(hostname: string, allowedHosts: readonly string[]): boolean {
  const host = bareHost(hostname.toLowerCase());
  return allowedHosts.some((allowed) => bareHost(allowed) === host);
}

/**
 * What is wrong with a URL that alerts are to be posted to, in a sentence for the administrator; null when it can be tried. A
 * name is looked up only when something is sent, and its addresses are judged each time.
 */
export function problemOfWebhookUrl(text: string, allowedHosts: readonly string[]): string | null {
  const url = text.length > MAX_LENGTH ? null : URL.parse(text);
  if (url === null) return 'webhook_url must be a complete URL';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'webhook_url must begin with https:// or http://';
  if (url.username !== '' || url.password !== '') return 'webhook_url must not contain a user name or password';
  if (isAllowedHost(url.hostname, allowedHosts)) return null;
  const host = bareHost(url.hostname);
  const isLocalName = host === 'localhost' || host.endsWith('.localhost');
  if (isLocalName || (isIP(host) !== 0 && !isPublicAddress(host))) {
    return 'webhook_url must lead to a public address, or to a host that ALERT_WEBHOOK_ALLOWED_HOSTS names';
  }
  return null;
}
