import type {
  ErrorGroupDetail,
  ErrorGroups,
  ErrorGroupView,
} from '../../../src/admin-monitoring/api/dto/error-groups.response.js';
import type { ErrorStatisticsView } from '../../../src/admin-monitoring/api/dto/error-statistics.response.js';
import type { ErrorEventDetail, RecentErrors } from '../../../src/admin-monitoring/api/dto/recent-errors.response.js';
import { ApiError, translateError } from '../../../src/platform/errors/index.js';
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

  async function recent(query = ''): Promise<RecentErrors> {
    const { status, body } = await app.admin<RecentErrors>('GET', `/logs/recent-errors?${query}`);
    expect([status, body.error]).toEqual([200, undefined]);
    return body.data;
  }

  async function groups(query = ''): Promise<ErrorGroups> {
    const { status, body } = await app.admin<ErrorGroups>('GET', `/errors/groups?${query}`);
    expect([status, body.error]).toEqual([200, undefined]);
    return body.data;
  }

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

  it('lists errors newest first, page by page, also while new ones arrive', async () => {
    for (let number = 0; number < 7; number += 1) app.capture(new ApiError('GONE'), { endpoint: `GET /${number}` });
    await app.store();
    const first = await recent('limit=3');
    app.capture(new ApiError('GONE'), { endpoint: 'GET /new' });
    await app.store();
    const second = await recent(`limit=3&cursor=${first.next_cursor}`);
    const third = await recent(`limit=3&cursor=${second.next_cursor}`);
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
    const [storage, gone] = (await recent()).errors;
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
      expect([query, (await recent(query)).errors.map(({ code }) => code)]).toEqual([query, codes]);
    }
  });

  it('shows one error with its causes, stacks and log lines', async () => {
    app.capture(translateError(new Error('outer', { cause: new Error('inner, password=hunter2') })));
    await app.store();
    const [listed] = (await recent()).errors;
    const { status, body } = await app.admin<ErrorEventDetail>('GET', `/errors/events/${listed?.id}`);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ id: listed?.id, group_id: listed?.group_id, message: 'outer' });
    expect(body.data.chain.map(({ message }) => message)).toEqual([
      expect.any(String),
      'outer',
      'inner, password=[REDACTED]',
    ]);
    expect(body.data.chain[1]?.stack).toContain('errors-api.spec');
  });

  it.each([USER, 'x', "'; DROP TABLE users; --"])('knows neither group nor event %s', async (id) => {
    const event = await app.admin('GET', `/errors/events/${encodeURIComponent(id)}`);
    expect([event.status, event.body.error.code]).toEqual([404, 'ERROR_EVENT_NOT_FOUND']);
    const group = await app.admin('GET', `/errors/groups/${encodeURIComponent(id)}`);
    expect([group.status, group.body.error.code]).toEqual([404, 'ERROR_GROUP_NOT_FOUND']);
  });

  it('lists groups, last seen first, and shows one with where and when', async () => {
    app.capture(new ApiError('STORAGE_ERROR'), { endpoint: 'GET /a', userId: USER }, 4);
    app.capture(new ApiError('STORAGE_ERROR'), { endpoint: 'GET /b' }, 2);
    await app.store();
    app.capture(new ApiError('GONE'), {}, 60);
    await app.store();
    const listed = await groups();
    expect(listed.groups.map(({ code, count, state }) => [code, count, state])).toEqual([
      ['GONE', 60, 'unresolved'],
      ['STORAGE_ERROR', 6, 'unresolved'],
    ]);
    const paged = await groups('limit=1');
    expect(await groups(`limit=1&cursor=${paged.next_cursor}`)).toEqual({
      groups: [listed.groups[1]],
      next_cursor: null,
    });
    expect((await groups('service=gcs')).groups).toEqual([listed.groups[1]]);
    expect((await groups('state=resolved')).groups).toEqual([]);
    const { body } = await app.admin<ErrorGroupDetail>('GET', `/errors/groups/${listed.groups[1]?.id}?window=1h`);
    expect(body.data).toMatchObject({
      group: { code: 'STORAGE_ERROR', count: 6, users_affected: 1, first_release: '1.2.3' },
      releases: [{ release: '1.2.3', count: 6 }],
      endpoints: [
        { endpoint: 'GET /a', count: 4 },
        { endpoint: 'GET /b', count: 2 },
      ],
    });
    expect(body.data.events).toHaveLength(6);
    expect(body.data.series.points.reduce((sum, { count }) => sum + count, 0)).toBe(6);
  });

  it('shows the course of each group over a day, by the hour', async () => {
    app.capture(new ApiError('STORAGE_ERROR'), { endpoint: 'GET /a' }, 3);
    app.capture(new ApiError('STORAGE_ERROR'), { endpoint: 'GET /b' }, 2);
    app.capture(new ApiError('GONE'));
    await app.store();
    // As if half of it had happened hours ago: some within the day, some just before it.
    for (const [hours, endpoint] of [
      [5, 'GET /a'],
      [24, 'GET /b'],
    ] as const) {
      await app.rows(
        `INSERT INTO error_counts_hour (at, group_id, endpoint, service, release, level, code, count)
         SELECT at - make_interval(hours => $1), group_id, endpoint, service, release, level, code, 40
         FROM error_counts_hour WHERE code = 'STORAGE_ERROR' AND endpoint = $2`,
        [hours, endpoint],
      );
    }
    const courses = Object.fromEntries((await groups()).groups.map(({ code, last_day }) => [code, last_day]));
    const none = (hours: number): readonly number[] => Array.from({ length: hours }, () => 0);
    expect(courses).toEqual({
      STORAGE_ERROR: [...none(18), 40, ...none(4), 5],
      GONE: [...none(23), 1],
    });
  });

  it('shows what this process remembers while PostgreSQL is away, to administrators it has let in lately', async () => {
    app.capture(new ApiError('CONFLICT'), { requestId: 'before-the-outage' });
    expect((await recent()).source).toBe('database');
    await app.proxy.close();
    try {
      app.capture(new ApiError('STORAGE_ERROR'), { requestId: 'during-the-outage' });
      const { source, errors } = await recent('limit=500');
      expect(source).toBe('memory');
      const newest = errors.find(({ request_id: id }) => id === 'during-the-outage');
      expect(newest).toMatchObject({ code: 'STORAGE_ERROR' });
      expect(errors.map(({ request_id: id }) => id)).toContain('before-the-outage');
      expect((await recent('code=CONFLICT')).errors.map(({ code }) => code)).toEqual(['CONFLICT']);
      const event = await app.admin<ErrorEventDetail>('GET', `/errors/events/${newest?.id}`);
      expect([event.status, event.body.data.id]).toEqual([200, newest?.id]);
      const path = '/admin/api/monitoring/logs/recent-errors';
      expect((await app.ask('GET', path, { token: app.customerToken })).status).toBe(503);
      expect((await app.ask('GET', path, { token: `${app.adminToken}x` })).status).toBe(401);
      expect((await app.admin('GET', '/errors/stats')).status).toBe(503);
      expect((await app.admin('PATCH', `/errors/groups/${newest?.group_id}`, { state: 'resolved' })).status).toBe(503);
    } finally {
      await app.proxy.open();
    }
    await app.store();
    expect((await recent('request_id=during-the-outage')).errors).toHaveLength(1);
  });

  describe('PATCH errors/groups/:id', () => {
    interface Decided {
      readonly group: ErrorGroupView;
    }

    async function group(): Promise<ErrorGroupView> {
      const [first] = (await groups()).groups;
      if (first === undefined) throw new Error('There is no group');
      return first;
    }

    beforeEach(async () => {
      app.capture(new ApiError('GONE'), {}, 3);
      await app.store();
    });

    it('is for administrators', async () => {
      const path = `/admin/api/monitoring/errors/groups/${(await group()).id}`;
      const body = { state: 'resolved' };
      expect((await app.ask('PATCH', path, { body })).status).toBe(401);
      expect((await app.ask('PATCH', path, { body, token: app.customerToken })).status).toBe(403);
      expect((await group()).state).toBe('unresolved');
    });

    it('resolves a group, which regresses when it comes back, and keeps in the audit who did it and why', async () => {
      const { id } = await group();
      const { status, body } = await app.admin<Decided>('PATCH', `/errors/groups/${id}`, {
        state: 'resolved',
        reason: 'Mended in 1.2.4',
      });
      expect(status).toBe(200);
      expect(body.data.group).toMatchObject({ id, state: 'resolved', resolved_at: expect.any(String), count: 3 });
      app.capture(new ApiError('GONE'));
      await app.store();
      expect(await group()).toMatchObject({ id, state: 'regressed', count: 4, regressed_at: expect.any(String) });
      expect(await app.rows('SELECT action, actor_email, reason FROM audit_entries WHERE target = $1', [id])).toEqual([
        { action: 'error_group.resolve', actor_email: 'admin@example.com', reason: 'Mended in 1.2.4' },
      ]);
      await app.admin('PATCH', `/errors/groups/${id}`, { state: 'unresolved' });
      expect(await group()).toMatchObject({ state: 'unresolved', resolved_at: null });
    });

    it('ignores a group for so many errors', async () => {
      const { id } = await group();
      const { body } = await app.admin<Decided>('PATCH', `/errors/groups/${id}`, {
        state: 'ignored',
        ignore_for_count: 2,
      });
      expect(body.data.group).toMatchObject({ state: 'ignored', ignore_until_count: 5 });
      app.capture(new ApiError('GONE'));
      await app.store();
      expect((await group()).state).toBe('ignored');
      app.capture(new ApiError('GONE'));
      await app.store();
      expect((await group()).state).toBe('unresolved');
    });

    it.each([
      [{}, 'state'],
      [{ state: 'regressed' }, 'state'],
      [{ state: 'resolved', ignore_until: '2100-01-01T00:00:00Z' }, 'ignore_until'],
      [{ state: 'resolved', ignore_for_count: 1 }, 'ignore_for_count'],
      [{ state: 'ignored', ignore_until: '2000-01-01T00:00:00Z' }, 'ignore_until'],
      [{ state: 'ignored', ignore_for_count: 0 }, 'ignore_for_count'],
      [{ state: 'ignored', reason: 'x'.repeat(501) }, 'reason'],
    ])('refuses %j, and keeps nothing of it in the audit', async (decision, field) => {
      const { id } = await group();
      const before = await app.rows('SELECT id FROM audit_entries');
      const { status, body } = await app.admin('PATCH', `/errors/groups/${id}`, decision);
      expect(status).toBe(422);
      expect(body.error.details).toMatchObject({ fields: [{ field }] });
      expect(await app.rows('SELECT id FROM audit_entries')).toEqual(before);
    });

    it('knows no group that is not there', async () => {
      for (const id of [USER, 'x']) {
        const { status, body } = await app.admin('PATCH', `/errors/groups/${id}`, { state: 'resolved' });
        expect([status, body.error.code]).toEqual([404, 'ERROR_GROUP_NOT_FOUND']);
      }
    });
  });
});
