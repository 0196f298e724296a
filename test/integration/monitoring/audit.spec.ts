import { AuditEntry } from '../../../src/admin-monitoring/audit/audit-entry.entity.js';
import { AuditTrail } from '../../../src/admin-monitoring/audit/audit-trail.js';
import { SecurityLog } from '../../../src/platform/logging/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { ADMIN, OperatorApp } from './operator-app.js';

interface Entry {
  readonly actor: string;
  readonly action: string;
  readonly target: string | null;
  readonly reason: string | null;
  readonly ip: string;
  readonly request_id: string;
  readonly occurred_at: string;
  readonly details: Readonly<Record<string, unknown>>;
}

interface Page {
  readonly entries: readonly Entry[];
  readonly pagination: { readonly total: number; readonly pages: number };
}

const BY = {
  id: '00000000-0000-7000-8000-000000000001',
  email: ADMIN.email,
  ip: '203.0.113.7',
  requestId: 'request-1',
};

describe('The audit', () => {
  let database: TestDatabase;
  let app: OperatorApp;
  let token: string;

  beforeAll(async () => {
    database = await createTestDatabase({ entities: [AuditEntry] });
    app = await OperatorApp.start(database.url);
    token = await app.adminToken();
  });

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  beforeEach(async () => {
    await database.dataSource.getRepository(AuditEntry).clear();
  });

  async function list(query = ''): Promise<Page> {
    const { status, body } = await app.monitoring<Page>('GET', `audit${query}`, token);
    expect(status).toBe(200);
    return body.data;
  }

  it('says who changed what, why, from where and when', async () => {
    const before = Date.now();
    await app.monitoring('POST', 'circuit-breakers/stripe/force-open', token, {
      reason: 'double charges',
      expires_in: 60,
    });
    const { entries } = await list();
    expect(entries).toEqual([
      expect.objectContaining({
        actor: ADMIN.email,
        action: 'circuit_breaker.force_open',
        target: 'stripe',
        reason: 'double charges',
        ip: '127.0.0.1',
        request_id: expect.stringMatching(/^.{8,64}$/),
        details: { expires_in_seconds: 60 },
      }),
    ]);
    expect(Date.parse(entries[0]?.occurred_at ?? '')).toBeGreaterThanOrEqual(before);
  });

  it('has no entry for what was refused', async () => {
    const refused = [
      ['circuit-breakers/reset/nothing', {}, 404],
      ['circuit-breakers/stripe/force-open', { expires_in: 60 }, 422],
      ['circuit-breakers/stripe/disable', { reason: 'x', expires_in: 0 }, 422],
      ['circuit-breakers/reset-all', { reason: 7 }, 422],
    ] as const;
    for (const [path, json, expected] of refused) {
      const { status } = await app.monitoring('POST', path, token, json);
      expect([path, status]).toEqual([path, expected]);
    }
    expect((await list()).entries).toEqual([]);
  });

  it('has no secret that was typed into a reason', async () => {
    await app.monitoring('POST', 'circuit-breakers/reset/gcs', token, { reason: 'key was sk_live_0123456789abcdef' });
    expect((await list()).entries[0]?.reason).not.toContain('0123456789abcdef');
  });

  it('loses its entry with the change, and the change with its entry', async () => {
    const trail = app.app.get(AuditTrail, { strict: false });
    const change = { by: BY, action: 'circuit_breaker.reset', target: 'stripe' } as const;
    await expect(
      trail.change(change, async (manager) => {
        await manager.query('SELECT 1 / 0');
      }),
    ).rejects.toThrow();
    await database.dataSource.query('CREATE TABLE IF NOT EXISTS changed (id int)');
    const nullActor = { ...change, by: { ...BY, id: 'no uuid' } };
    await expect(
      trail.change(nullActor, async (manager) => {
        await manager.query('INSERT INTO changed VALUES (1)');
      }),
    ).rejects.toThrow();
    expect(await database.dataSource.query('SELECT * FROM changed')).toEqual([]);
    expect((await list()).entries).toEqual([]);
  });

  it('does not let a change pass that was not recorded', async () => {
    const trail = app.app.get(AuditTrail, { strict: false });
    await expect(
      trail.carryOut({ by: BY, action: 'circuit_breaker.reset_all' }, async () => undefined),
    ).rejects.toThrow('not recorded');
  });

  it('tells the security log of what was done, and of nothing else', async () => {
    const events: unknown[] = [];
    const log = app.app.get(SecurityLog, { strict: false });
    log.event = (type, _message, fields): void => void events.push({ type, ...fields });
    try {
      await app.monitoring('POST', 'circuit-breakers/nothing/disable', token, { reason: 'x', expires_in: 60 });
      await app.monitoring('POST', 'circuit-breakers/reset/rendering', token);
    } finally {
      Reflect.deleteProperty(log, 'event');
    }
    expect(events).toEqual([
      expect.objectContaining({ type: 'admin_change', action: 'circuit_breaker.reset', target: 'rendering' }),
    ]);
  });

  it('is searched by kind, administrator, target, request and time, page by page', async () => {
    const trail = app.app.get(AuditTrail, { strict: false });
    for (const target of ['stripe', 'gcs', 'sendgrid', 'rendering']) {
      await trail.change(
        { by: { ...BY, requestId: `request-${target}` }, action: 'circuit_breaker.reset', target },
        async () => undefined,
      );
    }
    await trail.change(
      { by: { ...BY, email: 'other@example.com' }, action: 'circuit_breaker.reset_all' },
      async () => undefined,
    );
    const targets = async (query: string): Promise<unknown> => (await list(query)).entries.map(({ target }) => target);
    expect(await targets('')).toEqual([null, 'rendering', 'sendgrid', 'gcs', 'stripe']);
    expect(await targets('?action=circuit_breaker.reset_all')).toEqual([null]);
    expect(await targets('?actor=Other@Example.com')).toEqual([null]);
    expect(await targets('?target=gcs')).toEqual(['gcs']);
    expect(await targets('?request_id=request-stripe')).toEqual(['stripe']);
    expect(await targets('?per_page=2&page=2')).toEqual(['sendgrid', 'gcs']);
    const { entries, pagination } = await list('?per_page=2');
    expect(pagination).toMatchObject({ total: 5, pages: 3 });
    const newest = entries[0]?.occurred_at ?? '';
    const inQuery = encodeURIComponent(newest);
    expect((await targets(`?since=${inQuery}`)) as unknown[]).toContain(null);
    expect((await targets(`?until=${inQuery}`)) as unknown[]).not.toContain(null);
  });

  it.each([
    '?action=nothing',
    '?since=yesterday',
    '?until=2026-13-01T00:00:00Z',
    '?since=2026-W05',
    '?per_page=101',
    '?target=%00',
    '?who=me',
  ])('refuses the query %s', async (query) => {
    const { status, body } = await app.monitoring('GET', `audit${query}`, token);
    expect([status, body.error.code]).toEqual([422, 'VALIDATION_ERROR']);
  });
});
