import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Why a signed URL is not accepted, in the words of the XML API. */
export type SignatureProblem =
  | { readonly status: 403; readonly code: 'AccessDenied'; readonly message: string }
  | { readonly status: 403; readonly code: 'SignatureDoesNotMatch'; readonly message: string }
  | { readonly status: 400; readonly code: 'ExpiredToken' | 'MalformedSecurityHeader'; readonly message: string };

export interface SignedRequest {
  readonly method: string;
  /** Path as it was sent, percent-encoding and all. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

const ALGORITHM = 'GOOG4-RSA-SHA256';
const MAX_LIFETIME_SECONDS = 7 * 86_400;

/**
 * Verifies V4 signatures made with the RSA key of a service account
 * (cloud.google.com/storage/docs/authentication/canonical-requests).
 */
export class SignedUrlVerifier {
  private readonly key: KeyObject | null;

  constructor(
    private readonly clientEmail: string,
    publicKeyPem: string | undefined,
    private readonly now: () => Date,
  ) {
    this.key = publicKeyPem === undefined ? null : createPublicKey(publicKeyPem);
  }

  /** @returns null when the request may be served. */
  check(request: SignedRequest): SignatureProblem | null {
    const { query } = request;
    const signature = query.get('X-Goog-Signature');
    if (signature === null) {
      return {
        status: 403,
        code: 'AccessDenied',
        message: 'Anonymous caller does not have storage.objects.get access.',
      };
    }
    const date = query.get('X-Goog-Date') ?? '';
    const issuedMs = parseBasicDate(date);
    const lifetime = Number(query.get('X-Goog-Expires'));
    const [email, ...scope] = (query.get('X-Goog-Credential') ?? '').split('/');
    if (
      query.get('X-Goog-Algorithm') !== ALGORITHM ||
      issuedMs === null ||
      !Number.isInteger(lifetime) ||
      lifetime < 1 ||
      lifetime > MAX_LIFETIME_SECONDS ||
      scope.join('/') !== `${date.slice(0, 8)}/auto/storage/goog4_request`
    ) {
      return { status: 400, code: 'MalformedSecurityHeader', message: 'The signed URL is malformed.' };
    }
    const nowMs = this.now().getTime();
    if (nowMs >= issuedMs + lifetime * 1_000) {
      return { status: 400, code: 'ExpiredToken', message: 'The provided token has expired.' };
    }
    // Clocks may differ by a quarter of an hour.
    if (nowMs < issuedMs - 900_000) {
      return { status: 403, code: 'AccessDenied', message: 'The signed URL is not valid yet.' };
    }
    return email === this.clientEmail && this.isSigned(request, date, scope.join('/'), signature)
      ? null
      : { status: 403, code: 'SignatureDoesNotMatch', message: 'Access denied.' };
  }

  private isSigned(request: SignedRequest, date: string, scope: string, signature: string): boolean {
    const { key } = this;
    if (key === null || !/^([0-9a-f]{2})+$/i.test(signature)) return false;
    const bytes = Buffer.from(signature, 'hex');
    // A URL for reading may also be asked for its headers only.
    const methods = request.method === 'HEAD' ? ['HEAD', 'GET'] : [request.method];
    return methods.some((method) =>
      hostsOf(request.headers).some((host) => {
        const digest = createHash('sha256')
          .update(canonicalRequest(request, method, host))
          .digest('hex');
        return verify('RSA-SHA256', Buffer.from([ALGORITHM, date, scope, digest].join('\n')), key, bytes);
      }),
    );
  }
}

/** The client library signs the host without its port; the specification means it as it is sent. */
function hostsOf(headers: IncomingHttpHeaders): readonly string[] {
  const host = headers.host ?? '';
  const bare = host.replace(/:\d+$/, '');
  return bare === host ? [host] : [host, bare];
}

function canonicalRequest({ path, query, headers }: SignedRequest, method: string, host: string): string {
  const parameters = [...query]
    .filter(([name]) => name !== 'X-Goog-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted();
  const names = (query.get('X-Goog-SignedHeaders') ?? '').split(';');
  const headerLines = names.map((name) => {
    const value = name === 'host' ? host : String(headers[name] ?? '');
    return `${name}:${value.trim().replaceAll(/\s{2,}/g, ' ')}\n`;
  });
  const content = headers['x-goog-content-sha256'];
  const payload = names.includes('x-goog-content-sha256') && typeof content === 'string' ? content : 'UNSIGNED-PAYLOAD';
  return [method, path, parameters.join('&'), headerLines.join(''), names.join(';'), payload].join('\n');
}

/** Percent-encoding of everything but the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `20260102T030405Z` as epoch milliseconds. */
function parseBasicDate(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? null : time;
}
