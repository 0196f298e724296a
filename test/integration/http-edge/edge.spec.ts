import { connect } from 'node:net';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { envelopeProblems } from '../../support/envelope.js';
import { type EdgeApp, startEdgeApp } from '../../support/edge-app.js';
import { ask, exchange, parseResponses, type RawResponse } from '../../support/raw-http.js';

function get(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
}

function post(path: string, body: string, headers = ''): string {
  const length = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${length}${headers}\r\n${body}`;
}

async function only(edge: EdgeApp, ...bytes: readonly (string | Buffer)[]): Promise<RawResponse> {
  const responses = parseResponses(await ask(edge.address, bytes));
  const [response] = responses;
  if (response === undefined || responses.length !== 1) throw new Error(`${responses.length} responses`);
  return response;
}

function errorOf({ body }: RawResponse): { code: string; message: string; details: Record<string, unknown> } {
  return (JSON.parse(body) as { error: { code: string; message: string; details: Record<string, unknown> } }).error;
}

describe('the HTTP edge', () => {
  let edge: EdgeApp;

  beforeAll(async () => {
    edge = await startEdgeApp();
  });

  afterAll(async () => {
    await edge.close();
  });

  describe('request context', () => {
    it('keeps a harmless request id and traces of the caller, also behind the reading of a body', async () => {
      const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
      const headers = `X-Request-Id: caller-id.1\r\ntraceparent: 00-${traceId}-00f067aa0ba902b7-01\r\n`;
      const response = await only(edge, post('/context', '{}', headers));
      expect(JSON.parse(response.body)).toEqual({ requestId: 'caller-id.1', traceId, endpoint: 'POST /context' });
      expect(response.headers['x-request-id']).toBe('caller-id.1');
    });

    it('replaces a request id that could do harm, and an invalid trace', async () => {
      const headers = 'X-Request-Id: short\r\ntraceparent: 00-zz-yy-01\r\n';
      const { requestId, traceId } = JSON.parse((await only(edge, post('/context', '{}', headers))).body) as {
        requestId: string;
        traceId: string;
      };
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    });

    it('does not mix up requests that run at once', async () => {
      const ids = Array.from({ length: 50 }, (_, index) => `concurrent-${index}`);
      const answers = await Promise.all(ids.map((id) => only(edge, post('/context', '{}', `X-Request-Id: ${id}\r\n`))));
      expect(answers.map(({ body }) => (JSON.parse(body) as { requestId: string }).requestId)).toEqual(ids);
    });
  });

  describe('the line at the end of a request', () => {
    it.each([
      ['a broken escape', get('/%zz')],
      ['an over-long parameter', get(`/throw/${'a'.repeat(2_000)}`)],
      ['an expectation nobody meets', get('/nowhere', 'Expect: miracles\r\n')],
    ])('finds the request id of %s on the response', async (_what, bytes) => {
      const closed = Promise.withResolvers<unknown>();
      const watch = (_request: IncomingMessage, response: ServerResponse): void => {
        response.once('close', () => closed.resolve(response.getHeader('x-request-id')));
      };
      const server = edge.app.getHttpServer();
      server.prependOnceListener('request', watch).prependOnceListener('checkExpectation', watch);
      const { headers } = await only(edge, bytes);
      server.off('request', watch).off('checkExpectation', watch);
      expect(await closed.promise).toBe(headers['x-request-id']);
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  describe('what a defect throws', () => {
    it.each(['error', 'string', 'null', 'nothing', 'frozen', 'getter', 'huge', 'vendor'])(
      'answers a thrown %s with a fixed sentence and captures it',
      async (what) => {
        const before = edge.sink.captured.length;
        const response = await only(edge, get(`/throw/${what}`));
        expect(envelopeProblems(response)).toEqual([]);
        expect(response.status).toBe(500);
        expect(errorOf(response).code).toBe('INTERNAL_SERVER_ERROR');
        expect(response.body.length).toBeLessThan(500);
        const [captured] = edge.sink.captured.slice(before);
        expect(captured?.context).toMatchObject({ kind: 'request', endpoint: 'GET /throw/:what' });
        expect(captured?.context.requestId).toBe(response.headers['x-request-id']);
      },
    );

    it('breaks the transfer off when it is thrown after the headers, and captures it', async () => {
      const before = edge.sink.captured.length;
      const received = await exchange(edge.address, get('/broken-stream'));
      expect(received.toString('latin1')).toContain('content-length: 100000');
      expect(() => parseResponses(received)).toThrow(/body ends after/);
      expect(edge.sink.captured.slice(before).map(({ error }) => error.code)).toEqual(['INTERNAL_SERVER_ERROR']);
    });
  });

  describe('values', () => {
    it('names each field that is not valid, once, with its rule', async () => {
      const response = await only(edge, post('/api/auth/login', '{"email":"no address","password":"x","admin":true}'));
      expect(response.status).toBe(422);
      expect(errorOf(response).details['fields']).toEqual([
        { field: 'admin', constraint: 'whitelistValidation', message: 'This field is not known.' },
        { field: 'email', constraint: 'isEmail', message: 'email must be an email' },
        {
          field: 'password',
          constraint: 'minLength',
          message: 'password must be longer than or equal to 8 characters',
        },
      ]);
    });

    it.each(['page=0', 'page=-1', 'page=x', 'page=1e3', 'page=1&page=2', 'per_page=101', 'per_page=', 'pages=1'])(
      'refuses the paging %s',
      async (query) => {
        const response = await only(edge, get(`/api/payments/tiers?${query}`));
        expect(response.status).toBe(422);
        expect(envelopeProblems(response)).toEqual([]);
      },
    );

    it('pages with defaults and with given values', async () => {
      const first = await only(edge, get('/api/payments/tiers'));
      expect(JSON.parse(first.body)).toMatchObject({ pagination: { page: 1, per_page: 20, total: 41, pages: 3 } });
      const second = await only(edge, get('/api/payments/tiers?page=2&per_page=7'));
      expect(JSON.parse(second.body)).toMatchObject({ pagination: { page: 2, per_page: 7, pages: 6 } });
    });
  });

  it.each([
    ['a success', get('/api/payments/tiers')],
    ['an unknown path', get('/nowhere')],
    ['a wrong method', 'PUT /api/payments/tiers HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'],
    ['an error of a handler', get('/api/jobs/render/status/1')],
  ])('puts the security headers on %s', async (_what, request) => {
    const { headers } = await only(edge, request);
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  describe('methods and origins', () => {
    it('names the methods of a path in Allow', async () => {
      const response = await only(edge, 'PUT /api/payments/tiers HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
      expect(response.status).toBe(405);
      expect(response.headers['allow']).toBe('GET, HEAD');
      expect(errorOf(response).details['allowed_methods']).toEqual(['GET', 'HEAD']);
    });

    it('tells browsers of our origin, and no other, what they may read', async () => {
      const ours = await only(edge, get('/api/payments/tiers', 'Origin: http://127.0.0.1:3000\r\n'));
      expect(ours.headers['access-control-allow-origin']).toBe('http://127.0.0.1:3000');
      expect(ours.headers['access-control-expose-headers']).toContain('Retry-After, X-Request-Id, RateLimit-Limit');
      const theirs = await only(edge, get('/api/payments/tiers', 'Origin: https://evil.example\r\n'));
      expect(theirs.headers['access-control-allow-origin']).toBeUndefined();
    });

    it('answers a preflight with its request id', async () => {
      const headers = 'Origin: http://127.0.0.1:3000\r\nAccess-Control-Request-Method: POST\r\n';
      const response = await only(edge, `OPTIONS /api/auth/login HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
      expect(response.status).toBe(204);
      expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  describe('connections', () => {
    it('answers a good request before the garbage that follows it', async () => {
      const received = await exchange(edge.address, get('/api/payments/tiers'), '\u0001garbage\r\n\r\n');
      expect(parseResponses(received).map(({ status }) => status)).toEqual([200, 400]);
    });

    it('answers pipelined requests in their order', async () => {
      const received = await exchange(edge.address, get('/api/payments/tiers') + get('/nowhere') + get('/health/live'));
      expect(parseResponses(received).map(({ status }) => status)).toEqual([200, 404, 200]);
    });

    it('takes a caller who hangs up in the middle of the body for what it is', async () => {
      const before = edge.sink.captured.length;
      const socket = connect(edge.address);
      await once(socket, 'connect');
      socket.write(
        'POST /context HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
      );
      await new Promise((resolve) => setImmediate(resolve));
      socket.resetAndDestroy();
      await once(socket, 'close');
      await only(edge, get('/health/live'));
      const codes = edge.sink.captured.slice(before).map(({ error }) => error.status);
      expect(codes.every((status) => status < 500)).toBe(true);
    });
  });
});

describe('the HTTP edge with short limits', () => {
  it('answers 408 to a request that does not arrive in time', async () => {
    const edge = await startEdgeApp({ config: { http: { requestTimeoutMs: 200 } } });
    try {
      const socket = connect(edge.address);
      const received: Buffer[] = [];
      socket.on('data', (data: Buffer) => received.push(data));
      socket.write('POST /context HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{');
      await once(socket, 'close');
      const [response] = parseResponses(Buffer.concat(received));
      if (response === undefined) throw new Error('no answer');
      expect(response.status).toBe(408);
      expect(envelopeProblems(response)).toEqual([]);
    } finally {
      await edge.close();
    }
  });

  it('finishes what is in flight at shutdown and closes its connection', async () => {
    const edge = await startEdgeApp({ config: { http: { shutdownGraceMs: 10_000 } } });
    const release = edge.hold();
    const socket = connect(edge.address);
    const received: Buffer[] = [];
    socket.on('data', (data: Buffer) => received.push(data));
    socket.write(get('/held'));
    await only(edge, get('/health/live'));
    const closed = edge.close();
    release();
    await Promise.all([once(socket, 'close'), closed]);
    const [response] = parseResponses(Buffer.concat(received));
    expect(response?.body).toBe('{"held":true}');
  });

  it('cuts what is still open after the grace', async () => {
    const edge = await startEdgeApp({ config: { http: { shutdownGraceMs: 50 } } });
    const release = edge.hold();
    const socket = connect(edge.address);
    socket.on('error', () => socket.destroy());
    socket.write(get('/held'));
    await only(edge, get('/health/live'));
    await Promise.all([once(socket, 'close'), edge.close()]);
    release();
    expect(socket.destroyed).toBe(true);
  });
});
