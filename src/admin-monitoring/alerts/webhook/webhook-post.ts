import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { ApiError, ExternalServiceError } from '../../../platform/errors/index.js';
import { isPublicAddress } from './public-address.js';
import { bareHost, isAllowedHost, problemOfWebhookUrl } from './webhook-url.js';

/** Injection token of the {@link HostResolver}. */
export const HOST_RESOLVER = Symbol('HostResolver');

/** Every address a name has now. */
export type HostResolver = (host: string) => Promise<readonly LookupAddress[]>;

/** Resolves as the operating system does (hosts file, search domains), which is what a connection would use. */
export const systemResolver: HostResolver = async (host) => await promisify(lookUp)(host, { all: true });

export interface WebhookRequest {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** From the beginning of the look-up to the head of the answer. */
  readonly timeoutMs: number;
  readonly allowedHosts: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Posts to an address that an administrator typed in, without becoming a way into our own network (OWASP, Server-Side Request
 * Forgery Prevention): http and https only, each address of the name must be public unless the host is allowed, the connection
 * goes to the very addresses that were checked, and a redirect is not followed.
 * @returns the status, 2xx
 * @throws ApiError `ALERT_WEBHOOK_FORBIDDEN`; ExternalServiceError `ALERT_WEBHOOK_FAILED` for everything that may pass
 */
export async function postWebhook(request: WebhookRequest, resolve: HostResolver): Promise<number> {
  const { url, allowedHosts } = request;
  if (problemOfWebhookUrl(url, allowedHosts) !== null) throw forbidden('address');
  const target = new URL(url);
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(request.timeoutMs)]);
  let status: number;
  try {
    const addresses = await unlessAborted(addressesOf(bareHost(target.hostname), resolve), signal);
    if (!isAllowedHost(target.hostname, allowedHosts) && !addresses.every(({ address }) => isPublicAddress(address))) {
      throw forbidden('address');
    }
    status = await send(target, addresses, request, signal);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ExternalServiceError('ALERT_WEBHOOK_FAILED', { cause: error });
  }
  if (status >= 300 && status < 400) throw forbidden('redirect');
  if (status < 200 || status >= 300) throw new ExternalServiceError('ALERT_WEBHOOK_FAILED', { details: { status } });
  return status;
}

function forbidden(reason: 'address' | 'redirect'): ApiError {
  return new ApiError('ALERT_WEBHOOK_FORBIDDEN', { details: { reason } });
}

async function addressesOf(host: string, resolve: HostResolver): Promise<readonly LookupAddress[]> {
  const family = isIP(host);
  const addresses = family === 0 ? await resolve(host) : [{ address: host, family }];
  if (addresses.length === 0) throw new Error('The name has no address');
  return addresses;
}

/** A look-up cannot be called off, so what comes too late is left alone. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function send(
  target: URL,
  addresses: readonly LookupAddress[],
  { body, headers }: WebhookRequest,
  signal: AbortSignal,
): Promise<number> {
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
    // A connection of its own: one from a pool might lead to an address that was checked for somebody else.
    agent: false,
    lookup: alreadyLookedUp(addresses),
    signal,
  };
  return await new Promise((resolve, reject) => {
    const outgoing = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, options, (answer) => {
      // Nobody reads what it says, however long it is.
      answer.destroy();
      resolve(answer.statusCode ?? 0);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Stands in for the second look-up, which could give another answer than the one that was checked. */
function alreadyLookedUp(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}
