import type { ErrorGroupDetail, ErrorGroupView } from '../../../src/admin-monitoring/api/dto/error-groups.response.js';
import { ApiError } from '../../../src/platform/errors/index.js';
import { MonitoringApp } from './monitoring-app.js';

const USER = '0190a7c4-5e1c-7d3a-9b0e-3f2a1c4d5e6f';

/** Real: everything but the vendors. */
describe('The groups of errors', () => {
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

  it('lists groups, last seen first, and shows one with where and when', async () => {
    app.capture(new ApiError('STORAGE_ERROR'), { endpoint: 'GET /a', userId: USER }, 4);
    app.capture(new ApiError('STORAGE_ERROR'), { endpoint: 'GET /b' }, 2);
    await app.store();
    app.capture(new ApiError('GONE'), {}, 60);
    await app.store();
    const listed = await app.errorGroups();
    expect(listed.groups.map(({ code, count, state }) => [code, count, state])).toEqual([
      ['GONE', 60, 'unresolved'],
      ['STORAGE_ERROR', 6, 'unresolved'],
    ]);
    const paged = await app.errorGroups('limit=1');
    expect(await app.errorGroups(`limit=1&cursor=${paged.next_cursor}`)).toEqual({
      groups: [listed.groups[1]],
      next_cursor: null,
    });
    expect((await app.errorGroups('service=gcs')).groups).toEqual([listed.groups[1]]);
    expect((await app.errorGroups('state=resolved')).groups).toEqual([]);
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
    const courses = Object.fromEntries((await app.errorGroups()).groups.map(({ code, last_day }) => [code, last_day]));
    const none = (hours: number): readonly number[] => Array.from({ length: hours }, () => 0);
    expect(courses).toEqual({
      STORAGE_ERROR: [...none(18), 40, ...none(4), 5],
      GONE: [...none(23), 1],
    });
  });

  describe('PATCH errors/groups/:id', () => {
    interface Decided {
      readonly group: ErrorGroupView;
    }

    async function group(): Promise<ErrorGroupView> {
      const [first] = (await app.errorGroups()).groups;
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
