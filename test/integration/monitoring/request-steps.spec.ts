import { MonitoringApp, type Wire } from './monitoring-app.js';

interface Step {
  readonly kind: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Real: everything but the vendors, who are unreachable. */
describe('The steps of a request', () => {
  let app: MonitoringApp;

  beforeAll(async () => {
    app = await MonitoringApp.start();
  });

  afterAll(async () => {
    await app.close();
  });

  async function stepsOf(requestId: string): Promise<readonly Step[]> {
    await app.store();
    return await app.rows<Step>('SELECT kind, facts FROM request_steps WHERE request_id = $1 ORDER BY at, id', [
      requestId,
    ]);
  }

  it('are each attempt at a dependency, the log lines, and its own line at the end', async () => {
    const requestId = 'request-with-stripe';
    const { status, body } = await app.ask<Wire<never>>('POST', '/api/payments/create-session', {
      token: app.customerToken,
      body: { tier: 'basic' },
      headers: { 'x-request-id': requestId },
    });
    expect([status, body.error.code]).toEqual([503, 'STRIPE_CONNECTION_ERROR']);
    const steps = await stepsOf(requestId);
    const attempts = steps.filter(({ kind }) => kind === 'attempt');
    expect(attempts.length).toBeGreaterThan(1);
    for (const [index, { facts }] of attempts.entries()) {
      expect(facts).toMatchObject({
        service: 'stripe',
        operation: 'create_session',
        attempt: index + 1,
        outcome: 'failure',
        code: 'STRIPE_CONNECTION_ERROR',
        duration_ms: expect.any(Number),
      });
    }
    expect(steps.filter(({ kind }) => kind === 'retry')).toHaveLength(attempts.length - 1);
    expect(steps.at(-1)).toMatchObject({
      kind: 'request',
      facts: {
        method: 'POST',
        route: '/api/payments/create-session',
        status: 503,
        error_code: 'STRIPE_CONNECTION_ERROR',
        aborted: false,
      },
    });
    expect(await app.rows('SELECT code FROM error_events WHERE request_id = $1', [requestId])).toEqual([
      { code: 'STRIPE_CONNECTION_ERROR' },
    ]);
  });

  it('are kept of a request that failed by itself', async () => {
    await app.ask('GET', '/nowhere', { headers: { 'x-request-id': 'request-to-nowhere' } });
    expect(await stepsOf('request-to-nowhere')).toEqual([
      { kind: 'request', facts: expect.objectContaining({ status: 404, error_code: 'NOT_FOUND', route: null }) },
    ]);
  });

  it('are not kept of a request that asked nobody and succeeded', async () => {
    await app.ask('GET', '/api/payments/tiers', { headers: { 'x-request-id': 'request-for-tiers' } });
    expect(await stepsOf('request-for-tiers')).toEqual([]);
  });
});
