import type { ErrorStatisticsView } from '../../../src/admin-monitoring/api/dto/error-statistics.response.js';
import { ApiError } from '../../../src/platform/errors/index.js';
import { newId } from '../../../src/platform/time/index.js';
import { MonitoringApp } from './monitoring-app.js';

const USER = '0190a7c4-5e1c-7d3a-9b0e-3f2a1c4d5e6f';

/** Real: everything but the vendors. */
describe('The routes about errors', () => {
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

  const routes = [
    '/errors/stats',
    '/logs/recent-errors',
    '/errors/groups',
    `/errors/groups/${USER}`,
    `/errors/events/${USER}`,
  ];

  it.each(routes)('lets nobody but administrators at %s', async (path) => {
    expect((await app.ask('GET', `/admin/api/monitoring${path}`)).status).toBe(401);
    expect((await app.ask('GET', `/admin/api/monitoring${path}`, { token: 'x.y.z' })).status).toBe(401);
    expect((await app.ask('GET', `/admin/api/monitoring${path}`, { token: app.customerToken })).status).toBe(403);
  });

  it.each([
    ['/errors/stats?window=1w', 'window'],
    ['/errors/stats?window=201d', 'window'],
    ['/errors/stats?group_id=7', 'group_id'],
    ['/logs/recent-errors?limit=0', 'limit'],
    ['/logs/recent-errors?limit=501', 'limit'],
    ['/logs/recent-errors?limit=0x10', 'limit'],
    ['/logs/recent-errors?level=warning', 'level'],
    ['/logs/recent-errors?code=%27%3B--', 'code'],
    ['/logs/recent-errors?since=2026-02-30x', 'since'],
    ['/logs/recent-errors?since=2026-13-01', 'since'],
    ['/logs/recent-errors?cursor=%F0%9F%92%A3', 'cursor'],
    ['/logs/recent-errors?cursor=MTIzXzQ1Ng', 'cursor'],
    ['/logs/recent-errors?request_id=a%20b', 'request_id'],
    ['/errors/groups?state=gone', 'state'],
    ['/errors/groups?sort=count', 'sort'],
  ])('refuses %s and names the field', async (path, field) => {
    const { status, body } = await app.admin('GET', path);
    expect(status).toBe(422);
    expect(body.error).toMatchObject({ code: 'VALIDATION_ERROR', details: { fields: [{ field }] } });
  });

  it('counts the errors of real requests, by code, endpoint, service and release', async () => {
    for (let time = 0; time < 3; time += 1) await app.ask('GET', '/api/payments/history');
    await app.ask('GET', '/nowhere');
    app.capture(new ApiError('STORAGE_ERROR'), { endpoint: 'POST /y' }, 5);
    await app.store();
    const { status, body } = await app.admin<ErrorStatisticsView>('GET', '/errors/stats?window=1h');
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      total_errors: 9,
      error_types: { STORAGE_ERROR: 5, UNAUTHORIZED: 3, NOT_FOUND: 1 },
      error_patterns: { 'POST /y:STORAGE_ERROR': 5, 'GET /api/payments/history:UNAUTHORIZED': 3 },
      top_error_type: 'STORAGE_ERROR',
      most_frequent_pattern: 'POST /y:STORAGE_ERROR',
      trend: { previous_errors: 0, change: null },
      services: [
        { service: 'gcs', count: 5 },
        { service: null, count: 4 },
      ],
      releases: [{ release: '1.2.3', count: 9 }],
      capture: { outage_since: null, spooled_bytes: 0, dropped_events: 0, dropped_errors: 0 },
    });
    expect(Object.keys(body.data.error_types)).toEqual(['STORAGE_ERROR', 'UNAUTHORIZED', 'NOT_FOUND']);
    expect(body.data.series.unit).toBe('minute');
    expect(body.data.series.points.reduce((sum, { count }) => sum + count, 0)).toBe(9);
    expect(body.data.requests.client_errors).toBeGreaterThanOrEqual(4);
    const filtered = await app.admin<ErrorStatisticsView>('GET', '/errors/stats?service=gcs');
    expect(filtered.body.data).toMatchObject({ total_errors: 5, error_types: { STORAGE_ERROR: 5 } });
  });

  it('compares with the window before', async () => {
    app.capture(new ApiError('GONE'), {}, 3);
    await app.store();
    const twoHoursAgo = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 90 * 60_000);
    await app.rows(
      `INSERT INTO error_counts_minute (at, group_id, endpoint, service, release, level, code, count)
       VALUES ($1, $2, 'GET /x', '', '1', 'info', 'GONE', 2)`,
      [twoHoursAgo, newId()],
    );
    const { body } = await app.admin<ErrorStatisticsView>('GET', '/errors/stats?window=1h');
    expect(body.data).toMatchObject({ total_errors: 3, trend: { previous_errors: 2, change: 0.5 } });
  });

  it.each([USER, 'x', "'; DROP TABLE users; --"])('knows neither group nor event %s', async (id) => {
    const event = await app.admin('GET', `/errors/events/${encodeURIComponent(id)}`);
    expect([event.status, event.body.error.code]).toEqual([404, 'ERROR_EVENT_NOT_FOUND']);
    const group = await app.admin('GET', `/errors/groups/${encodeURIComponent(id)}`);
    expect([group.status, group.body.error.code]).toEqual([404, 'ERROR_GROUP_NOT_FOUND']);
  });
});
