import fc from 'fast-check';

/** Paths that exist, that nearly exist, and that try something. */
const PATHS = [
  '/',
  '/api/auth/login',
  '/api/auth/register',
  '/api/payments/tiers',
  '/api/payments/tiers?page=2&per_page=5',
  '/api/payments/webhook',
  '/api/jobs/render/submit',
  '/api/jobs/render/status/0190f8a0-0000-7000-8000-000000000000',
  '/api/jobs/render/status/%2e%2e',
  '/api/downloads/eyJhbGciOiJIUzI1NiJ9.e30.x',
  '/admin/api/monitoring/health/check',
  '/health/live',
  '/docs',
  '*',
] as const;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'M-SEARCH'];

const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'APPLICATION/JSON',
  'application/merge-patch+json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=b',
  'multipart/form-data',
  'text/plain',
  'text/html;;',
  '',
] as const;

const segment = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom('%', '%zz', '%00', '%ff', '..', '.', ';', '%2f', '%5c', '~', '', 'a'.repeat(300)),
);

const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...PATHS) },
  { weight: 2, arbitrary: fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...PATHS), fc.array(fc.tuple(segment, segment), { maxLength: 4 }))
      .map(([base, pairs]) => `${base}?${pairs.map((pair) => pair.join('=')).join('&')}`),
  },
);

/** Visible ASCII: what a header may hold. */
const headerText = fc
  .string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 40 })
  .map((text) => text.trim());

const header = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      'Accept',
      'Accept-Encoding',
      'Accept-Version',
      'Authorization',
      'Cookie',
      'Expect',
      'If-None-Match',
      'Idempotency-Key',
      'Last-Event-ID',
      'Origin',
      'Range',
      'Stripe-Signature',
      'TE',
      'Traceparent',
      'Upgrade',
      'X-Forwarded-For',
      'X-Forwarded-Proto',
      'X-HTTP-Method-Override',
      'X-Request-Id',
    ),
    headerText,
  ),
  fc.constant(['Authorization', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.'] as const),
);

const body = fc.oneof(
  fc.constant(''),
  fc.json({ maxDepth: 6 }),
  fc.record({ email: fc.anything({ withNullPrototype: true }), password: fc.jsonValue() }).map(asJson),
  fc.dictionary(fc.string(), fc.jsonValue()).map(asJson),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n--b--\r\n',
    '--b\r\nContent-Disposition: form-data; name="audio_file"; filename="../../x.mp3"\r\n\r\ny\r\n--b--\r\n',
    '--b\r\n\r\n--b--',
    '{"__proto__":1}',
    '{"a":"\\ud800"}',
  ),
);

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    // `anything` makes values that are no JSON (bigint); their text is a body as good as any.
    return typeof value;
  }
}

/** One byte somewhere is another one. */
const mutation = fc.option(fc.tuple(fc.nat(400), fc.nat(255)), { freq: 6 });

export interface RandomRequest {
  readonly bytes: Buffer;
  readonly toHead: boolean;
}

/** Requests of all shapes: most are HTTP and nonsense, every sixth is broken in one byte as well. */
export const randomRequest: fc.Arbitrary<RandomRequest> = fc
  .record({
    method: fc.constantFrom(...METHODS, 'GET', 'POST', 'POST'),
    path,
    headers: fc.array(header, { maxLength: 4 }),
    type: fc.constantFrom(...TYPES, 'application/json', 'application/json'),
    body,
    mutation,
  })
  .map(({ method, path: target, headers, type, body: text, mutation: change }) => {
    const payload = Buffer.from(text.toWellFormed(), 'utf8');
    const lines = [
      `${method} ${target} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      `Content-Length: ${payload.length}`,
      ...(type === '' ? [] : [`Content-Type: ${type}`]),
      ...headers.map(([name, value]) => `${name}: ${value}`),
    ];
    const bytes = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), payload]);
    const [position, byte] = change ?? [0, bytes[0] ?? 0];
    if (position < bytes.length) bytes[position] = byte;
    return { bytes, toHead: bytes.subarray(0, 5).toString('latin1') === 'HEAD ' };
  });
