import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { type EdgeApp, startEdgeApp } from '../../support/edge-app.js';
import { envelopeProblems } from '../../support/envelope.js';
import { ask, parseResponses, type RawResponse } from '../../support/raw-http.js';

const SCRIPT = 'console.log("a page")';

/** Real: the edge with its hooks, around a build of one page and one script. */
describe('the pages', () => {
  let edge: EdgeApp;
  let pagesDir: string;

  beforeAll(async () => {
    pagesDir = mkdtempSync(join(tmpdir(), 'oriel-pages-'));
    mkdirSync(join(pagesDir, 'assets'));
    writeFileSync(join(pagesDir, 'index.html'), '<!doctype html><title>Studio</title>');
    writeFileSync(join(pagesDir, 'assets', 'index-1a2b3c.js'), SCRIPT);
    writeFileSync(join(pagesDir, 'assets', 'index-1a2b3c.js.br'), brotliCompressSync(SCRIPT));
    writeFileSync(join(pagesDir, 'secret.txt'), 'not a page');
    edge = await startEdgeApp({
      config: { http: { pagesDir }, rateLimits: { perMinute: { points: 20, windowSeconds: 60 } } },
    });
  });

  afterAll(async () => {
    await edge.close();
    rmSync(pagesDir, { recursive: true });
  });

  async function get(path: string, headers = '', method = 'GET'): Promise<RawResponse> {
    const bytes = `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`;
    const [response] = parseResponses(await ask(edge.address, [bytes]), method === 'HEAD');
    if (response === undefined) throw new Error('no answer');
    return response;
  }

  it('are HTML that is asked for again each time', async () => {
    for (const path of ['/', '/?job=1', '/verify-email?token=x', '/reset-password?token=x']) {
      const { status, headers, body } = await get(path);
      expect([path, status, headers['content-type'], headers['cache-control']]).toEqual([
        path,
        200,
        'text/html; charset=utf-8',
        'no-cache',
      ]);
      expect(body).toContain('Studio');
    }
  });

  it('have not changed for whoever has them already', async () => {
    const { headers } = await get('/');
    const again = await get('/', `If-None-Match: ${headers['etag'] ?? ''}\r\n`);
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  it('have parts that are kept for ever, compressed for whoever takes that', async () => {
    const plain = await get('/assets/index-1a2b3c.js');
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(plain.body).toBe(SCRIPT);
    const { host, port } = edge.address;
    const small = await fetch(`http://${host}:${port}/assets/index-1a2b3c.js`, {
      headers: { 'accept-encoding': 'gzip, br' },
    });
    expect([small.headers.get('content-encoding'), small.headers.get('content-type')]).toEqual([
      'br',
      'application/javascript; charset=utf-8',
    ]);
    await expect(small.text()).resolves.toBe(SCRIPT);
  });

  it('may load nothing from elsewhere and run nothing inline', async () => {
    const { headers } = await get('/');
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toMatch(/https?:(?!\/\/storage\.googleapis\.com)\s/);
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });

  it('do not count towards the limits', async () => {
    for (let count = 0; count < 25; count += 1) {
      expect((await get('/')).status).toBe(200);
      expect((await get('/assets/index-1a2b3c.js')).headers['ratelimit-limit']).toBeUndefined();
    }
  });

  it.each(['/unknown', '/index.html', '/secret.txt', '/assets', '/assets/unknown.js'])(
    'leave %s an unknown path',
    async (path) => {
      const response = await get(path);
      expect([path, response.status]).toEqual([path, 404]);
      expect(envelopeProblems(response)).toEqual([]);
    },
  );

  it.each([
    '/assets/../secret.txt',
    '/assets/%2e%2e%2fsecret.txt',
    '/assets/..%5csecret.txt',
    '/assets/%2fetc%2fpasswd',
    '/assets/%00',
  ])('answer %s with an envelope and no file', async (path) => {
    const response = await get(path);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(envelopeProblems(response)).toEqual([]);
  });

  it.each(['/', '/assets/index-1a2b3c.js'])('are to be read only: %s', async (path) => {
    const { status, headers } = await get(path, 'Content-Length: 0\r\n', 'POST');
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    const head = await get(path, '', 'HEAD');
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });
});

describe('without a build', () => {
  it('has no pages', async () => {
    const edge = await startEdgeApp({ config: { http: { pagesDir: '/nonexistent' } } });
    try {
      const request = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
      const [response] = parseResponses(await ask(edge.address, [request]));
      expect(response?.status).toBe(404);
    } finally {
      await edge.close();
    }
  });
});
