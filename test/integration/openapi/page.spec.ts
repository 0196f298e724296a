import { OpenApiApp } from './openapi-app.js';

describe('the page of the API', () => {
  let app: OpenApiApp;

  beforeAll(async () => {
    app = await OpenApiApp.start();
  });

  afterAll(async () => {
    await app.close();
  });

  it('is HTML that loads its parts from this origin, each of which is there', async () => {
    const { status, headers, text } = await app.ask('GET', '/docs');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const parts = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    expect(parts).toHaveLength(4);
    for (const part of parts) {
      expect(part).toMatch(/^\/docs\//);
      const answer = await app.ask('GET', part);
      expect([part, answer.status, answer.text.length > 0]).toEqual([part, 200, true]);
      expect(answer.headers.get('content-type')).toMatch(/^(text\/css|text\/javascript|image\/png)/);
    }
  });

  it('runs under the content security policy: no inline script, no handler, no other origin', async () => {
    const { headers, text } = await app.ask('GET', '/docs/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(text).not.toMatch(/\son\w+=/);
    const start = (await app.ask('GET', '/docs/start.js')).text;
    expect(`${text}${start}`).not.toMatch(/https?:\/\//);
    expect(start).toContain('validatorUrl: null');
  });

  it('is to be read only', async () => {
    for (const path of ['/docs', '/docs/openapi.json', '/docs/swagger-ui.css']) {
      const { status, headers } = await app.ask('POST', path);
      expect([path, status, headers.get('allow')]).toEqual([path, 405, 'GET, HEAD']);
    }
    expect((await app.ask('HEAD', '/docs')).status).toBe(200);
  });

  it('counts as one request, whatever it loads', async () => {
    const remaining = async (): Promise<number> => {
      const { headers } = await app.ask('GET', '/docs');
      return Number(headers.get('ratelimit-remaining'));
    };
    const before = await remaining();
    for (const name of ['start.js', 'swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']) {
      expect((await app.ask('GET', `/docs/${name}`)).headers.has('ratelimit-remaining')).toBe(false);
    }
    await expect(remaining()).resolves.toBe(before - 1);
  });

  it('gives the same document to everyone who asks at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => app.ask('GET', '/docs/openapi.json')));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('is not served by a worker', async () => {
    const worker = await OpenApiApp.start('worker');
    try {
      for (const path of ['/docs', '/docs/openapi.json']) expect((await worker.ask('GET', path)).status).toBe(404);
    } finally {
      await worker.close();
    }
  });
});
