import { JwtService } from '@nestjs/jwt';
import { testConfig } from '../../../src/config/testing.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { type EdgeApp, type EdgeAppOptions, startEdgeApp } from '../../support/edge-app.js';
import { envelopeProblems } from '../../support/envelope.js';
import { ask, parseResponses, type RawResponse } from '../../support/raw-http.js';

const FAR = { points: 100_000, windowSeconds: 3_600 };
const jwt = new JwtService({ secret: testConfig().auth.jwtSecret });

function tokenOf(sub: string): string {
  return `Authorization: Bearer ${jwt.sign({ sub })}\r\n`;
}

async function send(edge: EdgeApp, line: string, headers = '', body = ''): Promise<RawResponse> {
  const length = body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  const bytes = `${line} HTTP/1.1\r\nHost: x\r\n${length}${headers}\r\n${body}`;
  const [response] = parseResponses(await ask(edge.address, [bytes]));
  if (response === undefined) throw new Error('no answer');
  return response;
}

const login = (edge: EdgeApp, headers = ''): Promise<RawResponse> =>
  send(edge, 'POST /api/auth/login', headers, '{"email":"known@example.com","password":"long enough 1"}');

const tiers = (edge: EdgeApp, headers = ''): Promise<RawResponse> => send(edge, 'GET /api/payments/tiers', headers);

describe('RateLimits', () => {
  const apps: EdgeApp[] = [];

  async function start(options: EdgeAppOptions): Promise<EdgeApp> {
    const edge = await startEdgeApp(options);
    apps.push(edge);
    return edge;
  }

  afterEach(async () => {
    for (const edge of apps.splice(0)) await edge.close();
  });

  describe('by default', () => {
    it('lets as many requests through as allowed, then refuses and says when to come back', async () => {
      const edge = await start({ config: { rateLimits: { perMinute: { points: 3, windowSeconds: 60 } } } });
      const remaining: (string | undefined)[] = [];
      for (let count = 0; count < 3; count += 1) {
        const { status, headers } = await tiers(edge);
        expect(status).toBe(200);
        remaining.push(headers['ratelimit-remaining']);
      }
      expect(remaining).toEqual(['2', '1', '0']);
      const refused = await tiers(edge);
      expect(refused.status).toBe(429);
      expect(envelopeProblems(refused)).toEqual([]);
      expect(refused.headers).toMatchObject({
        'ratelimit-limit': '3',
        'ratelimit-remaining': '0',
        'ratelimit-policy': '3;w=60',
      });
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    });

    it('counts unknown paths as well, and probes never', async () => {
      const edge = await start({ config: { rateLimits: { perMinute: { points: 1, windowSeconds: 60 } } } });
      expect((await send(edge, 'GET /nowhere')).status).toBe(404);
      expect((await send(edge, 'GET /nowhere')).status).toBe(429);
      for (const path of ['/health/live', '/webhook/exempt', '/health/live', '/webhook/exempt']) {
        expect((await send(edge, `GET ${path}`)).status).toBe(200);
      }
    });

    it('counts users apart from each other and from their address', async () => {
      const edge = await start({ config: { rateLimits: { perMinute: { points: 1, windowSeconds: 60 } } } });
      expect((await tiers(edge, tokenOf('ada'))).status).toBe(200);
      expect((await tiers(edge, tokenOf('ada'))).status).toBe(429);
      expect((await tiers(edge, tokenOf('bob'))).status).toBe(200);
      expect((await tiers(edge)).status).toBe(200);
      expect((await tiers(edge)).status).toBe(429);
    });

    it('gives a forged token no count of its own', async () => {
      const edge = await start({ config: { rateLimits: { perMinute: { points: 1, windowSeconds: 60 } } } });
      const forged = (sub: string): string =>
        `Authorization: Bearer ${new JwtService({ secret: 'somebody else' }).sign({ sub })}\r\n`;
      expect((await tiers(edge, forged('ada'))).status).toBe(200);
      expect((await tiers(edge, forged('bob'))).status).toBe(429);
    });

    it('holds the limit of the hour beside that of the minute', async () => {
      const edge = await start({
        config: { rateLimits: { perMinute: FAR, perHour: { points: 2, windowSeconds: 3_600 } } },
      });
      expect((await tiers(edge)).headers['ratelimit-limit']).toBe('2');
      await tiers(edge);
      const refused = await tiers(edge);
      expect(refused.status).toBe(429);
      expect(refused.headers['ratelimit-policy']).toBe('2;w=3600');
    });

    it('believes X-Forwarded-For only behind a proxy that is trusted', async () => {
      const perMinute = { points: 1, windowSeconds: 60 };
      const from = (ip: string): string => `X-Forwarded-For: ${ip}\r\n`;
      const direct = await start({ config: { rateLimits: { perMinute } } });
      await tiers(direct, from('198.51.100.1'));
      expect((await tiers(direct, from('198.51.100.2'))).status).toBe(429);
      const behind = await start({ config: { rateLimits: { perMinute }, http: { trustProxy: 1 } } });
      await tiers(behind, from('198.51.100.1'));
      expect((await tiers(behind, from('198.51.100.2'))).status).toBe(200);
      expect((await tiers(behind, from('203.0.113.9, 198.51.100.2'))).status).toBe(429);
    });
  });

  describe('where they are strict', () => {
    const auth = { points: 2, windowSeconds: 60 };

    it('hold across instances, one after another and all at once', async () => {
      await withDatabase(async ({ dataSource }) => {
        const first = await start({ config: { rateLimits: { auth } }, dataSource });
        const second = await start({ config: { rateLimits: { auth } }, dataSource });
        expect((await login(first)).status).toBe(200);
        expect((await login(second)).status).toBe(200);
        expect((await login(first)).status).toBe(429);
        const flood = await Promise.all(Array.from({ length: 20 }, (_, index) => login(index % 2 ? first : second)));
        expect(flood.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 429));
      });
    });

    it('let exactly as many of a burst through as allowed', async () => {
      await withDatabase(async ({ dataSource }) => {
        const edge = await start({ config: { rateLimits: { auth: { points: 7, windowSeconds: 60 } } }, dataSource });
        const burst = await Promise.all(Array.from({ length: 30 }, () => login(edge)));
        expect(burst.filter(({ status }) => status === 200)).toHaveLength(7);
      });
    });

    it('count sign-ins by address, whatever identity is brought along', async () => {
      await withDatabase(async ({ dataSource }) => {
        const edge = await start({ config: { rateLimits: { auth } }, dataSource });
        await login(edge, tokenOf('ada'));
        await login(edge, tokenOf('bob'));
        expect((await login(edge, tokenOf('eve'))).status).toBe(429);
      });
    });

    it('hold in memory while the database does not answer, and do not wait for it', async () => {
      await withDatabase(async ({ dataSource }) => {
        const edge = await start({ config: { rateLimits: { auth } }, dataSource });
        const blocker = dataSource.createQueryRunner();
        await blocker.startTransaction();
        await blocker.query('LOCK TABLE rate_limits IN ACCESS EXCLUSIVE MODE');
        const startedMs = performance.now();
        expect((await login(edge)).status).toBe(200);
        expect((await login(edge)).status).toBe(200);
        expect((await login(edge)).status).toBe(429);
        // Far above three waits of a second, and far below one statement that is waited for until its own limit.
        expect(performance.now() - startedMs).toBeLessThan(8_000);
        await blocker.rollbackTransaction();
        await blocker.release();
      });
    });

    it('hold in memory while the database is down', async () => {
      const edge = await start({ config: { rateLimits: { auth } } });
      expect((await login(edge)).status).toBe(200);
      expect((await login(edge)).status).toBe(200);
      const refused = await login(edge);
      expect(refused.status).toBe(429);
      expect(envelopeProblems(refused)).toEqual([]);
    });
  });
});

async function withDatabase(work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase();
  try {
    await work(database);
  } finally {
    await database.close();
  }
}
