import { User } from '../../../src/auth/index.js';
import { RequestStep } from '../../../src/admin-monitoring/entities/request-step.entity.js';
import { ErrorEvent } from '../../../src/admin-monitoring/entities/error-event.entity.js';
import { EmailOutbox } from '../../../src/email/index.js';
import { Database } from '../../../src/platform/database/index.js';
import { ExternalServiceError } from '../../../src/platform/errors/index.js';
import { RequestContext } from '../../../src/platform/http/index.js';
import { PolicyRegistry } from '../../../src/platform/resilience/index.js';
import { newId } from '../../../src/platform/time/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { OperatorApp } from './operator-app.js';

interface Story {
  readonly request: { readonly facts: Readonly<Record<string, unknown>> } | null;
  readonly steps: readonly { readonly kind: string; readonly facts: Readonly<Record<string, unknown>> }[];
  readonly errors: readonly { readonly code: string }[];
  readonly jobs: readonly unknown[];
  readonly objects: readonly unknown[];
  readonly emails: readonly { readonly template: string; readonly to: string }[];
  readonly changes: readonly { readonly action: string }[];
}

describe('The story of a request', () => {
  let database: TestDatabase;
  let app: OperatorApp;
  let token: string;

  beforeAll(async () => {
    database = await createTestDatabase({ entities: [ErrorEvent, RequestStep, User] });
    app = await OperatorApp.start(database.url);
    token = await app.adminToken();
    // The line of a request is written by a listening server only.
    await app.app.listen(0, '127.0.0.1');
  });

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  async function story(id: string): Promise<{ readonly status: number; readonly told: Story }> {
    const { status, body } = await app.monitoring<Story>('GET', `requests/${id}`, token);
    return { status, told: body.data };
  }

  async function ask(id: string, method: 'GET' | 'POST', url: string, json?: object): Promise<number> {
    const response = await fetch(`${await app.app.getUrl()}${url}`, {
      method,
      headers: {
        'x-request-id': id,
        authorization: `Bearer ${token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    await response.arrayBuffer();
    return response.status;
  }

  it('has its line, each attempt at a dependency, and its error', async () => {
    expect(await ask('story-of-stripe', 'POST', '/api/payments/create-session', { tier: 'basic' })).toBe(503);
    await eventually('it is stored', async () => (await story('story-of-stripe')).told.request !== null);
    await eventually('its error is stored', async () => (await story('story-of-stripe')).told.errors.length > 0);
    const { told } = await story('story-of-stripe');
    expect(told.request?.facts).toMatchObject({
      method: 'POST',
      route: '/api/payments/create-session',
      status: 503,
      error_code: 'STRIPE_CONNECTION_ERROR',
    });
    const attempts = told.steps.filter(({ kind }) => kind === 'attempt').map(({ facts }) => facts);
    expect(attempts.length).toBeGreaterThan(0);
    expect(attempts[0]).toMatchObject({ service: 'stripe', attempt: 1, outcome: 'failure' });
    expect(told.errors.map(({ code }) => code)).toContain('STRIPE_CONNECTION_ERROR');
  });

  it('has what a job of it did, and the mail it caused', async () => {
    const context = app.app.get(RequestContext, { strict: false });
    const policy = app.app.get(PolicyRegistry, { strict: false }).get('sendgrid');
    await context.run({ requestId: 'story-of-a-mail', queueJobId: 'job-1' }, async () => {
      const refused = policy.execute(
        'send',
        async () => await Promise.reject(new ExternalServiceError('SENDGRID_CONNECTION_ERROR')),
        { maxRetries: 0 },
      );
      await expect(refused).rejects.toThrow();
      const mail = {
        template: 'render_completed' as const,
        data: { title: 'Night Drive', link: 'http://127.0.0.1:3000/' },
        to: 'ada@example.com',
        userId: null,
        dedupeKey: newId(),
      };
      const outbox = app.app.get(EmailOutbox, { strict: false });
      await app.app
        .get(Database, { strict: false })
        .transaction(async (manager) => await outbox.enqueue(manager, mail));
    });
    await eventually('its steps are stored', async () => (await story('story-of-a-mail')).told.steps.length > 0);
    const { told } = await story('story-of-a-mail');
    expect(told.emails).toEqual([expect.objectContaining({ template: 'render_completed', to: 'ada@example.com' })]);
    expect(told.steps).toContainEqual(expect.objectContaining({ kind: 'attempt', queue_job_id: 'job-1' }));
  });

  it('has what an administrator changed', async () => {
    expect(await ask('story-of-a-change', 'POST', '/admin/api/monitoring/circuit-breakers/reset-all')).toBe(200);
    expect((await story('story-of-a-change')).told.changes).toEqual([
      expect.objectContaining({ action: 'circuit_breaker.reset_all' }),
    ]);
  });

  it.each(['never-seen', 'x', '%00%00%00%00%00%00%00%00'])('of %s is not known', async (id) => {
    expect((await story(id)).status).toBe(404);
  });

  it('is found by indexes alone', async () => {
    // Small tables are read as a whole unless that is forbidden.
    await database.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL enable_seqscan = off');
      for (const table of [
        'request_steps',
        'error_events',
        'render_jobs',
        'stored_objects',
        'emails',
        'audit_entries',
      ]) {
        const plan: unknown = await manager.query(`EXPLAIN SELECT * FROM ${table} WHERE request_id = 'x'`);
        expect([table, JSON.stringify(plan)]).toEqual([table, expect.stringContaining('Index')]);
      }
    });
  });
});
