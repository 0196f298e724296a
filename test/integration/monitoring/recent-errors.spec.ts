import type { ErrorEventDetail } from '../../../src/admin-monitoring/api/dto/recent-errors.response.js';
import { ApiError, translateError } from '../../../src/platform/errors/index.js';
import { MonitoringApp } from './monitoring-app.js';

const USER = '0190a7c4-5e1c-7d3a-9b0e-3f2a1c4d5e6f';

/** Real: everything but the vendors. */
describe('The list of recent errors', () => {
  let app: MonitoringApp;

  beforeAll(async () => {
    app = await MonitoringApp.start();
  });

  afterAll(async () => {
    await app.close();
  });

  beforeEach(async () => {
    await app.clear();
  });

  it('lists errors newest first, page by page, also while new ones arrive', async () => {
    for (let number = 0; number < 7; number += 1) app.capture(new ApiError('GONE'), { endpoint: `GET /${number}` });
    await app.store();
    const first = await app.recentErrors('limit=3');
    app.capture(new ApiError('GONE'), { endpoint: 'GET /new' });
    await app.store();
    const second = await app.recentErrors(`limit=3&cursor=${first.next_cursor}`);
    const third = await app.recentErrors(`limit=3&cursor=${second.next_cursor}`);
    expect([first, second, third].flatMap(({ errors }) => errors.map(({ endpoint }) => endpoint))).toEqual(
      [6, 5, 4, 3, 2, 1, 0].map((number) => `GET /${number}`),
    );
    expect(third.next_cursor).toBeNull();
    expect(first.source).toBe('database');
  });

  it('finds errors by each filter', async () => {
    const before = new Date().toISOString();
    app.capture(new ApiError('GONE'), { requestId: 'request-0001' });
    app.capture(new ApiError('STORAGE_ERROR'), { userId: USER, operation: 'store' });
    await app.store();
    const after = new Date(Date.now() + 1_000).toISOString();
    const [storage, gone] = (await app.recentErrors()).errors;
    expect(storage).toMatchObject({ code: 'STORAGE_ERROR', service: 'gcs', operation: 'store', user_id: USER });
    expect(gone).toMatchObject({ code: 'GONE', request_id: 'request-0001', release: '1.2.3', status: 410 });
    for (const [query, codes] of [
      ['code=GONE', ['GONE']],
      ['service=gcs', ['STORAGE_ERROR']],
      ['level=info', ['GONE']],
      ['request_id=request-0001', ['GONE']],
      [`group_id=${storage?.group_id}`, ['STORAGE_ERROR']],
      [`since=${before}`, ['STORAGE_ERROR', 'GONE']],
      [`since=${after}`, []],
      [`until=${before}`, []],
      ['code=GONE&service=gcs', []],
    ] as const) {
      expect([query, (await app.recentErrors(query)).errors.map(({ code }) => code)]).toEqual([query, codes]);
    }
  });

  it('shows one error with its causes, stacks and log lines', async () => {
    app.capture(translateError(new Error('outer', { cause: new Error('inner, password=hunter2') })));
    await app.store();
    const [listed] = (await app.recentErrors()).errors;
    const { status, body } = await app.admin<ErrorEventDetail>('GET', `/errors/events/${listed?.id}`);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ id: listed?.id, group_id: listed?.group_id, message: 'outer' });
    expect(body.data.chain.map(({ message }) => message)).toEqual([
      expect.any(String),
      'outer',
      'inner, password=[REDACTED]',
    ]);
    expect(body.data.chain[1]?.stack).toContain('recent-errors.spec');
  });

  it('shows what this process remembers while PostgreSQL is away, redacted as ever', async () => {
    app.capture(new ApiError('CONFLICT'), { requestId: 'before-the-outage' });
    expect((await app.recentErrors()).source).toBe('database');
    await app.proxy.close();
    try {
      const cause = new Error('inner, password=hunter2');
      app.capture(new ApiError('STORAGE_ERROR', { cause }), { requestId: 'during-the-outage' });
      const { source, errors } = await app.recentErrors('limit=500');
      expect(source).toBe('memory');
      const newest = errors.find(({ request_id: id }) => id === 'during-the-outage');
      expect(newest).toMatchObject({ code: 'STORAGE_ERROR' });
      expect(newest).not.toHaveProperty('chain');
      expect(errors.map(({ request_id: id }) => id)).toContain('before-the-outage');
      expect((await app.recentErrors('code=CONFLICT')).errors.map(({ code }) => code)).toEqual(['CONFLICT']);
      const { status, body } = await app.admin<ErrorEventDetail>('GET', `/errors/events/${newest?.id}`);
      expect([status, body.data.id]).toEqual([200, newest?.id]);
      expect(body.data.chain.map(({ message }) => message)).toEqual([expect.any(String), 'inner, password=[REDACTED]']);
    } finally {
      await app.proxy.open();
    }
    await app.store();
    expect((await app.recentErrors('request_id=during-the-outage')).errors).toHaveLength(1);
  });
});
