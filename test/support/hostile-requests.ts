/** One request that no honest client sends, and what may come back. */
export interface HostileRequest {
  readonly name: string;
  readonly bytes: readonly (string | Buffer)[];
  /** Acceptable statuses. Several where a guard may answer before the body is looked at. */
  readonly status: readonly number[];
  readonly toHead?: boolean;
}

const HOST = 'Host: localhost\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';
const BOUNDARY = 'xxBOUNDARYxx';

/** A route that takes JSON, one that takes a form, one with a parameter: they exist in every build of the product. */
const JSON_ROUTE = '/api/auth/login';
const FORM_ROUTE = '/api/jobs/render/submit';
const PARAM_ROUTE = '/api/jobs/render/status/';

function request(line: string, headers = HOST, body: string | Buffer = ''): readonly (string | Buffer)[] {
  return [`${line} HTTP/1.1\r\n${headers}\r\n`, body];
}

function json(body: string | Buffer, type = JSON_TYPE): readonly (string | Buffer)[] {
  return request(`POST ${JSON_ROUTE}`, `${HOST}${type}Content-Length: ${Buffer.byteLength(body)}\r\n`, body);
}

function chunked(body: string | Buffer): readonly (string | Buffer)[] {
  return request(`POST ${JSON_ROUTE}`, `${HOST}${JSON_TYPE}Transfer-Encoding: chunked\r\n`, body);
}

function form(body: string, type = `multipart/form-data; boundary=${BOUNDARY}`): readonly (string | Buffer)[] {
  const headers = `${HOST}Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return request(`POST ${FORM_ROUTE}`, headers, body);
}

function part(name: string, value: string): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}

const BROKEN_HTTP: readonly HostileRequest[] = [
  { name: 'plain garbage', bytes: ['\u0001\u0002 nothing of HTTP\r\n\r\n'], status: [400] },
  { name: 'random bytes', bytes: [Buffer.from('deadbeef00ff1122334455', 'hex'), '\r\n\r\n'], status: [400] },
  { name: 'a TLS greeting', bytes: [Buffer.from('16030100a5010000a10303', 'hex')], status: [400] },
  { name: 'the preface of HTTP/2', bytes: ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], status: [400] },
  { name: 'a method nobody knows', bytes: request('FROBNICATE /'), status: [400] },
  { name: 'a method in lower case', bytes: request('get /'), status: [400] },
  { name: 'a request line without version', bytes: ['GET /\r\n\r\n'], status: [400] },
  { name: 'a version of the future', bytes: ['GET / HTTP/9.9\r\nHost: x\r\n\r\n'], status: [400] },
  {
    name: 'two blanks in the request line',
    bytes: ['GET  /nothing-here  HTTP/1.1\r\nHost: x\r\n\r\n'],
    status: [400, 404],
  },
  { name: 'no Host', bytes: request('GET /api/payments/tiers', 'X-A: b\r\n'), status: [400] },
  { name: 'two Hosts', bytes: request('GET /api/payments/tiers', `${HOST}Host: evil\r\n`), status: [400] },
  { name: 'a header without colon', bytes: request('GET /', `${HOST}nonsense\r\n`), status: [400] },
  { name: 'a blank before the colon', bytes: request('GET /', `${HOST}X-A : b\r\n`), status: [400] },
  { name: 'a header name with a bracket', bytes: request('GET /', `${HOST}X[A]: b\r\n`), status: [400] },
  { name: 'a folded header', bytes: request('GET /nothing-here', `${HOST}X-A: b\r\n c\r\n`), status: [400, 404] },
  { name: 'NUL in a header', bytes: request('GET /', `${HOST}X-A: b\u0000c\r\n`), status: [400] },
  { name: 'a bare CR in a header', bytes: request('GET /', `${HOST}X-A: b\rc\r\n`), status: [400] },
  { name: 'headers over 16 KB', bytes: request('GET /', `${HOST}X-A: ${'a'.repeat(20_000)}\r\n`), status: [431] },
  { name: 'an URL over 16 KB', bytes: request(`GET /${'a'.repeat(20_000)}`), status: [431, 414] },
  { name: 'an end in the middle of the headers', bytes: [`GET / HTTP/1.1\r\n${HOST}X-A: b`], status: [400] },
];

const BROKEN_FRAMING: readonly HostileRequest[] = [
  {
    name: 'both Content-Length and Transfer-Encoding',
    bytes: request(
      `POST ${JSON_ROUTE}`,
      `${HOST}${JSON_TYPE}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n`,
      '0\r\n\r\nG',
    ),
    status: [400],
  },
  {
    name: 'two different Content-Lengths',
    bytes: request(`POST ${JSON_ROUTE}`, `${HOST}${JSON_TYPE}Content-Length: 2\r\nContent-Length: 3\r\n`, '{}x'),
    status: [400],
  },
  {
    name: 'a negative Content-Length',
    bytes: request(`POST ${JSON_ROUTE}`, `${HOST}${JSON_TYPE}Content-Length: -1\r\n`, '{}'),
    status: [400],
  },
  {
    name: 'a Content-Length in words',
    bytes: request(`POST ${JSON_ROUTE}`, `${HOST}${JSON_TYPE}Content-Length: two\r\n`, '{}'),
    status: [400],
  },
  {
    name: 'an unknown transfer encoding',
    bytes: request(`POST ${JSON_ROUTE}`, `${HOST}${JSON_TYPE}Transfer-Encoding: xchunked\r\n`, '0\r\n\r\n'),
    status: [400],
  },
  {
    name: 'chunked not as the last encoding',
    bytes: request(`POST ${JSON_ROUTE}`, `${HOST}${JSON_TYPE}Transfer-Encoding: chunked, gzip\r\n`, '0\r\n\r\n'),
    status: [400],
  },
  { name: 'a chunk size that is no number', bytes: chunked('zz\r\n{}\r\n0\r\n\r\n'), status: [400] },
  { name: 'a chunk longer than it says', bytes: chunked('2\r\n{}{}{}\r\n0\r\n\r\n'), status: [400] },
  { name: 'chunk extensions without end', bytes: chunked(`2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`), status: [413] },
  { name: 'chunks that break off', bytes: chunked('10\r\n{"email"'), status: [400] },
  {
    name: 'a body shorter than it says',
    bytes: request(`POST ${JSON_ROUTE}`, `${HOST}${JSON_TYPE}Content-Length: 100\r\n`, '{"email"'),
    status: [400],
  },
  { name: 'an expectation nobody can meet', bytes: request('GET /', `${HOST}Expect: 200-ok\r\n`), status: [417] },
  { name: 'a tunnel', bytes: request('CONNECT evil.example:443', 'Host: evil.example:443\r\n'), status: [405] },
];

const WRONG_TARGETS: readonly HostileRequest[] = [
  { name: 'an unknown path', bytes: request('GET /nowhere'), status: [404] },
  { name: 'the bare path of the operators’ API', bytes: request('GET /admin/api'), status: [404] },
  { name: 'HEAD of an unknown path', bytes: request('HEAD /nowhere'), status: [404], toHead: true },
  { name: 'a wrong method on a known path', bytes: request(`DELETE ${JSON_ROUTE}`), status: [405] },
  { name: 'HEAD of a path that only takes POST', bytes: request(`HEAD ${JSON_ROUTE}`), status: [405], toHead: true },
  { name: 'TRACE of a known path', bytes: request(`TRACE ${JSON_ROUTE}`), status: [405] },
  { name: 'a method of WebDAV', bytes: request(`PROPFIND ${JSON_ROUTE}`), status: [400, 404, 405] },
  { name: 'QUERY of a known path', bytes: request(`QUERY ${JSON_ROUTE}`), status: [400, 404, 405] },
  { name: 'a broken escape', bytes: request('GET /%zz'), status: [400] },
  { name: 'a broken escape in a parameter', bytes: request(`GET ${PARAM_ROUTE}%zz`), status: [400] },
  { name: 'an escape that is no UTF-8', bytes: request(`GET ${PARAM_ROUTE}%ff%fe`), status: [400, 401, 404] },
  { name: 'an escaped NUL', bytes: request(`GET ${PARAM_ROUTE}%00`), status: [400, 401, 404, 422] },
  { name: 'a parameter of 2,000 characters', bytes: request(`GET ${PARAM_ROUTE}${'a'.repeat(2_000)}`), status: [414] },
  { name: 'a path to the outside', bytes: request('GET /../../../../etc/passwd'), status: [404] },
  { name: 'an escaped path to the outside', bytes: request('GET /%2e%2e/%2e%2e/etc/passwd'), status: [404] },
  { name: 'a doubly escaped path', bytes: request('GET /%252e%252e/%2500'), status: [404] },
  { name: 'somebody else’s absolute URL', bytes: request('GET http://evil.example/nowhere'), status: [404] },
  { name: 'an asterisk', bytes: request('GET *'), status: [400, 404] },
  { name: 'a path without slash', bytes: request('GET nowhere'), status: [400, 404] },
  { name: 'double slashes', bytes: request('GET //api//payments//tiers'), status: [404] },
  {
    name: 'an upgrade nobody offers',
    bytes: request('GET /nowhere', `${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAA\r\n`),
    status: [404],
  },
  {
    name: 'a preflight of an unknown origin',
    bytes: request('GET /nowhere', `${HOST}Origin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\n`),
    status: [404],
  },
  {
    name: 'a request id with control characters',
    bytes: request('GET /nowhere', `${HOST}X-Request-Id: a\tb\tc\td\te"><script>\r\n`),
    status: [404],
  },
];

const WRONG_BODIES: readonly HostileRequest[] = [
  { name: 'broken JSON', bytes: json('{"email": '), status: [400] },
  { name: 'no JSON at all', bytes: json(''), status: [400] },
  { name: 'blanks for JSON', bytes: json('   \n'), status: [400] },
  { name: 'JSON in UTF-16', bytes: json(Buffer.from('{"email":"a"}', 'utf16le')), status: [400] },
  { name: '__proto__', bytes: json('{"__proto__":{"admin":true}}'), status: [400] },
  { name: 'an escaped __proto__', bytes: json('{"\\u005f_proto__":{"admin":true}}'), status: [400] },
  { name: 'constructor.prototype', bytes: json('{"constructor":{"prototype":{"a":1}}}'), status: [400] },
  { name: 'JSON nested 100,000 deep', bytes: json(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), status: [400] },
  { name: 'objects nested 50,000 deep', bytes: json(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`), status: [400] },
  { name: 'null', bytes: json('null'), status: [422] },
  { name: 'a list', bytes: json('[1,2,3]'), status: [422] },
  { name: 'a string', bytes: json('"hello"'), status: [422] },
  { name: 'a number', bytes: json('1e400'), status: [422] },
  { name: 'an empty object', bytes: json('{}'), status: [422] },
  { name: 'objects where strings belong', bytes: json('{"email":{"$ne":1},"password":[]}'), status: [422] },
  { name: '20,000 unknown fields', bytes: json(manyFields()), status: [422] },
  { name: 'a field named like a method', bytes: json('{"toString":1,"hasOwnProperty":2,"then":3}'), status: [422] },
  { name: 'lone surrogates', bytes: json('{"email":"\\ud800","password":"\\udfff"}'), status: [400] },
  { name: 'a body over the limit', bytes: json(`{"email":"${'a'.repeat(1_100_000)}"}`), status: [413] },
  {
    name: 'a chunked body over the limit',
    bytes: chunked(`${(1_100_000).toString(16)}\r\n${'a'.repeat(1_100_000)}\r\n0\r\n\r\n`),
    status: [413],
  },
  {
    name: 'a body announced with a gigabyte',
    bytes: request(`POST ${JSON_ROUTE}`, `${HOST}${JSON_TYPE}Content-Length: 1073741824\r\n`, '{}'),
    status: [413, 400],
  },
  { name: 'plain text', bytes: json('hello', 'Content-Type: text/plain\r\n'), status: [415] },
  { name: 'XML', bytes: json('<a/>', 'Content-Type: application/xml\r\n'), status: [415] },
  { name: 'a broken content type', bytes: json('{}', 'Content-Type: ;;;/\r\n'), status: [415] },
  { name: 'no content type', bytes: json('{}', ''), status: [415, 422] },
  { name: 'a form without boundary', bytes: form('x', 'multipart/form-data'), status: [400, 401, 415, 422] },
  { name: 'a form that breaks off', bytes: form(`--${BOUNDARY}\r\nContent-Disp`), status: [400, 401, 422] },
  { name: 'a form of 100 parts', bytes: form(part('a', 'b').repeat(100)), status: [413, 400, 401, 422] },
  { name: 'a form field named __proto__', bytes: form(`${part('__proto__', 'x')}--${BOUNDARY}--`), status: [400, 401] },
  { name: 'JSON where a form belongs', bytes: asJson(FORM_ROUTE), status: [415, 400, 401, 422] },
  {
    name: 'a token of garbage',
    bytes: request(`GET ${PARAM_ROUTE}x`, `${HOST}Authorization: Bearer ${'ey'.repeat(3_000)}.a.b\r\n`),
    status: [401, 404],
  },
];

function manyFields(): string {
  return JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`field_${index}`, index])));
}

function asJson(path: string): readonly (string | Buffer)[] {
  return request(`POST ${path}`, `${HOST}${JSON_TYPE}Content-Length: 2\r\n`, '{}');
}

/** Requests that HTTP allows a reply to: each must be answered with the envelope and one of its statuses. */
export const HOSTILE_REQUESTS: readonly HostileRequest[] = [
  ...BROKEN_HTTP,
  ...BROKEN_FRAMING,
  ...WRONG_TARGETS,
  ...WRONG_BODIES,
];
