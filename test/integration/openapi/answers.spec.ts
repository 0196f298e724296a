import { randomBytes, randomUUID } from 'node:crypto';
import { User } from '../../../src/auth/index.js';
import { Payment } from '../../../src/payments/index.js';
import { RenderJob } from '../../../src/rendering/index.js';
import { eventually } from '../../support/eventually.js';
import {
  BodyJudge,
  codesOf,
  type DocumentedOperation,
  type OpenApiDocument,
  operationsOf,
  resolve,
} from './document.js';
import { type Answer, OpenApiApp, PASSWORD } from './openapi-app.js';

/** Answers of the running product, held against what the document says about them. */
describe('answers', () => {
  let app: OpenApiApp;
  let document: OpenApiDocument;
  let judge: BodyJudge;
  let email: string;
  let token: string;
  let refreshToken: string;

  beforeAll(async () => {
    app = await OpenApiApp.start();
    document = await app.document();
    judge = await BodyJudge.of(document);
    email = `reader-${randomBytes(6).toString('hex')}@example.com`;
    await ask('authRegister', 201, { json: { email, password: PASSWORD } });
    const login = await ask('authLogin', 200, { json: { email, password: PASSWORD } });
    ({ access_token: token, refresh_token: refreshToken } = login.body as {
      access_token: string;
      refresh_token: string;
    });
  });

  afterAll(async () => {
    await judge.close();
    await app.close();
  });

  /** Asks, and fails unless the answer is the one the document describes. */
  async function ask(
    operationId: string,
    status: number,
    question: Parameters<OpenApiApp['ask']>[2] & { readonly id?: string; readonly query?: string } = {},
  ): Promise<Answer> {
    const documented = byId(operationId);
    const path = documented.path.replaceAll(/\{\w+\}/g, question.id ?? 'x');
    const answer = await app.ask(documented.method, `${path}${question.query ?? ''}`, { token, ...question });
    expect([operationId, answer.status, answer.status === status ? '' : answer.text]).toEqual([
      operationId,
      status,
      '',
    ]);
    expect([operationId, ...judge.problems(documented, answer.status, answer.body)]).toEqual([operationId]);
    if (status >= 400) expect(codesOf(documented.operation.responses[status] ?? {})).toContain(codeOf(answer));
    expect([operationId, answer.headers.get('x-request-id') !== null]).toEqual([operationId, true]);
    for (const name of requiredHeaders(documented, status)) expect(answer.headers.has(name)).toBe(true);
    return answer;
  }

  function byId(operationId: string): DocumentedOperation {
    const found = operationsOf(document).find(({ operation }) => operation.operationId === operationId);
    if (found === undefined) throw new Error(`${operationId} is not documented`);
    return found;
  }

  function requiredHeaders({ operation }: DocumentedOperation, status: number): readonly string[] {
    return Object.keys(operation.responses[status]?.headers ?? {});
  }

  function codeOf({ body }: Pick<Answer, 'body'>): string {
    return (body as { error: { code: string } }).error.code;
  }

  /** The access token of an administrator. */
  async function administrator(): Promise<string> {
    const account = { email: 'admin@example.com', password: PASSWORD };
    await app.ask('POST', '/api/auth/register', { json: account });
    await app.database.dataSource.getRepository(User).update({ email: account.email }, { emailVerifiedAt: new Date() });
    const { body } = await ask('authLogin', 200, { json: account });
    return (body as { access_token: string }).access_token;
  }

  async function credit(): Promise<string> {
    const id = randomUUID();
    const user = await ask('accountProfile', 200);
    const now = new Date();
    await app.database.dataSource.getRepository(Payment).insert({
      id,
      userId: (user.body as { user: { id: string } }).user.id,
      tier: 'premium',
      amountCents: 1_999,
      currency: 'usd',
      status: 'completed',
      stripeSessionId: `cs_test_${id}`,
      customerEmail: email,
      successUrl: 'http://127.0.0.1:3000/',
      cancelUrl: 'http://127.0.0.1:3000/',
      createdAt: now,
      updatedAt: now,
    });
    return id;
  }

  async function submitted(): Promise<string> {
    const form = new FormData();
    form.set('audio_file', new Blob([Buffer.alloc(5_000, 'x')]), 'track.mp3');
    form.set('render_config', JSON.stringify({ visualization: 'bars', resolution: '1280x720', title: 'Night Drive' }));
    form.set('payment_id', await credit());
    const answer = await ask('renderingSubmit', 202, { form });
    return (answer.body as { job_id: string }).job_id;
  }

  it('of auth and account are what the document says', async () => {
    await ask('authRegister', 409, { json: { email, password: PASSWORD } });
    await ask('authLogin', 401, { json: { email, password: 'wrong horse 1' } });
    await ask('authResendVerification', 202);
    await ask('authRequestPasswordReset', 202, { json: { email } });
    await ask('authVerifyEmail', 401, { json: { token: 'nonsense' } });
    await ask('authResetPassword', 401, { json: { token: 'nonsense', password: PASSWORD } });
    await ask('accountUpdate', 422, { json: {} });
    await ask('accountUpdate', 200, { json: { password: 'another horse 2', current_password: PASSWORD } });
    await ask('accountHistory', 200);
    const { body } = await ask('authRefresh', 200, { json: { refresh_token: refreshToken } });
    await ask('authRefresh', 401, { json: { refresh_token: 'nonsense' } });
    await ask('authLogout', 204, { json: { refresh_token: (body as { refresh_token: string }).refresh_token } });
    await ask('accountProfile', 401);
    const login = await ask('authLogin', 200, { json: { email, password: 'another horse 2' } });
    ({ access_token: token } = login.body as { access_token: string });
  });

  it('of the sessions of pages are what the document says', async () => {
    const headers = { origin: app.origin };
    const signedIn = await ask('webSessionsLogin', 200, { json: { email, password: 'another horse 2' }, headers });
    const [cookie = ''] = signedIn.headers.get('set-cookie')?.split(';') ?? [];
    await ask('webSessionsRefresh', 200, { headers: { ...headers, cookie } });
    await ask('webSessionsRefresh', 204, { headers });
    await ask('webSessionsRefresh', 401, { headers: { ...headers, cookie: 'oriel_session=nonsense' } });
    await ask('webSessionsRefresh', 403);
    await ask('webSessionsLogout', 204, { headers });
  });

  it('of payments are what the document says', async () => {
    await ask('paymentsTiers', 200);
    const opened = await ask('paymentsCreateSession', 201, { json: { tier: 'basic' } });
    const { session_id: id } = opened.body as { session_id: string };
    await ask('paymentsStatus', 200, { id });
    await ask('paymentsStatus', 404, { id: 'cs_unknown' });
    await ask('paymentsHistory', 200);
    await ask('paymentsHistory', 422, { query: '?page=none' });
    await ask('stripeWebhookReceive', 400, { json: { id: 'evt_1' } });
    await app.database.dataSource.query(
      `UPDATE payments SET status = 'failed', check_at = NULL, failure_code = 'card_declined' WHERE stripe_session_id = $1`,
      [id],
    );
    await ask('paymentsStatus', 200, { id });
  });

  it('of rendering are what the document says', async () => {
    const id = await submitted();
    await ask('renderingStatus', 200, { id });
    await ask('renderingStatus', 404, { id: 'nonsense' });
    await ask('renderingList', 200, { query: '?status=queued&per_page=5' });
    await ask('renderingList', 422, { query: '?status=lost' });
    await ask('renderingDownload', 409, { id });
    await ask('renderingRetry', 409, { id });
    await ask('renderingCancel', 200, { id });
    await ask('accountHistory', 200);
    const empty = new FormData();
    empty.set('payment_id', 'x');
    await ask('renderingSubmit', 400, { form: empty });
  });

  it('of a failed, retried and finished job are what the document says', async () => {
    const id = await submitted();
    const jobs = app.database.dataSource.getRepository(RenderJob);
    const error = { code: 'RENDERING_TIMEOUT', message: 'It took too long.', recoverable: true };
    await jobs.update(id, { status: 'failed', error });
    await app.database.dataSource.query(`UPDATE payments SET status = 'completed', job_id = NULL WHERE job_id = $1`, [
      id,
    ]);
    await ask('renderingStatus', 200, { id });
    await ask('renderingRetry', 202, { id });
    const { audioObjectId } = await jobs.findOneByOrFail({ id });
    await jobs.update(id, {
      status: 'completed',
      error: null,
      progress: 100,
      completedAt: new Date(),
      videoObjectId: audioObjectId,
      videoSizeBytes: 5_000,
    });
    await ask('renderingDownload', 200, { id });
    await ask('renderingCancel', 409, { id });
    const events = await ask('renderEventsEvents', 200, { id });
    expect(events.headers.get('content-type')).toContain('text/event-stream');
    const data = /^data: (.*)$/m.exec(events.text)?.[1] ?? '';
    expect(judge.schemaProblems({ $ref: '#/components/schemas/RenderJobResponse' }, JSON.parse(data), true)).toEqual(
      [],
    );
    const seen = /^id: (\d+)$/m.exec(events.text)?.[1] ?? '';
    await ask('renderEventsEvents', 204, { id, headers: { 'last-event-id': seen } });
  });

  it('of the operator’s routes are what the document says', async () => {
    const token = await administrator();
    await ask('circuitBreakersReset', 200, { token, id: 'stripe' });
    await ask('circuitBreakersReset', 404, { token, id: 'nothing' });
    await ask('circuitBreakersResetAll', 200, { token, json: { reason: 'all is well again' } });
    await ask('circuitBreakersForceOpen', 200, { token, id: 'gcs', json: { reason: 'maintenance', expires_in: 60 } });
    await ask('circuitBreakersDisable', 200, { token, id: 'gcs', json: { reason: 'too nervous', expires_in: 60 } });
    await ask('circuitBreakersDisable', 422, { token, id: 'gcs', json: { reason: '', expires_in: 60 } });
    await ask('circuitBreakersResetAll', 403);
    await ask('circuitBreakersList', 200, { token });
    await eventually('an order is among the events', async () => {
      const { text } = await ask('circuitBreakersEvents', 200, { token, query: '?type=disabled' });
      return text.includes('too nervous');
    });
    await ask('circuitBreakersEvents', 422, { token, query: '?service=nothing' });
    await ask('servicesHealthServices', 200, { token });
    const rule = { error_threshold: 5, time_window: 60, notification_method: 'log', filters: { service: 'gcs' } };
    const made = await ask('alertsConfigure', 200, { token, json: rule });
    const { id } = (made.body as { data: { id: string } }).data;
    await ask('alertsConfigure', 422, { token, json: { ...rule, filters: { level: 'loud' } } });
    await ask('alertsPatch', 200, { token, id, json: { filters: { level: 'error' } } });
    await ask('alertsTest', 200, { token, id });
    await ask('alertsList', 200, { token });
    await ask('alertsHistory', 200, { token, query: '?state=firing' });
    await ask('alertsDelete', 204, { token, id });
    await ask('alertsGet', 404, { token, id });
    await ask('alertsTest', 404, { token, id: 'nonsense' });
    const jobId = await submitted();
    await ask('operatorJobsList', 200, { token, query: '?status=queued' });
    await ask('operatorJobsList', 422, { token, query: '?status=lost' });
    await ask('operatorJobsRetry', 409, { token, id: jobId });
    await ask('operatorJobsRetry', 404, { token });
    await app.database.dataSource.query(`UPDATE emails SET status = 'dead', last_error_code = 'EMAIL_TIMEOUT'`);
    const mails = await ask('operatorEmailsList', 200, { token, query: '?status=dead' });
    const [dead] = (mails.body as { data: { emails: { id: string }[] } }).data.emails;
    await ask('operatorEmailsResend', 202, { token, id: dead?.id ?? '' });
    await ask('operatorEmailsResend', 404, { token });
    await ask('operatorStorageReplication', 200, { token });
    const reset = await ask('circuitBreakersReset', 200, { token, id: 'stripe' });
    await ask('requestStoriesTell', 200, { token, id: reset.headers.get('x-request-id') ?? '' });
    await ask('requestStoriesTell', 404, { token });
    await ask('auditList', 200, { token });
    await ask('auditList', 422, { token, query: '?since=yesterday' });
  });

  it('of the control of the doubles are what the document says', async () => {
    const token = await administrator();
    await ask('faultsSet', 200, {
      token,
      id: 'stripe',
      json: { kind: 'status', rate: 0.5, times: 3, for_seconds: 60 },
    });
    await ask('faultsSet', 422, { token, id: 'stripe', json: { kind: 'explode' } });
    await ask('faultsSet', 404, { token, id: 'paypal', json: { kind: 'hang' } });
    await ask('faultsSet', 403, { id: 'gcs', json: { kind: 'hang' } });
    await ask('faultsList', 200, { token });
    await ask('faultsGet', 200, { token, id: 'stripe' });
    await ask('faultsClear', 200, { token, id: 'stripe' });
    await ask('faultsClearAll', 200, { token });
  });

  it('of probes and downloads are what the document says', async () => {
    await ask('healthLive', 200);
    await ask('healthReady', 200);
    await ask('healthStartup', 200);
    await ask('healthCheckCheck', 200);
    await ask('downloadsDownload', 404, { query: '?filename=x.mp4' });
    await ask('downloadsDownload', 422);
  });

  it('to a request without its body or its token are documented, code by code', async () => {
    for (const documented of operationsOf(document)) {
      const path = documented.path.replaceAll(/\{\w+\}/g, randomUUID());
      for (const question of [{}, { token }, { token, json: {} }, { token: 'nonsense' }]) {
        const { method } = documented;
        if (method === 'GET' && 'json' in question) continue;
        const { status, body } = await app.ask(method, path, question);
        if (status < 400) continue;
        const response = documented.operation.responses[status];
        const code = codeOf({ body });
        expect([method, path, status, response !== undefined && codesOf(response).includes(code) ? '' : code]).toEqual([
          method,
          path,
          status,
          '',
        ]);
        expect(judge.problems(documented, status, body)).toEqual([]);
      }
    }
  });

  it('are never the server’s failure because a field is null', async () => {
    for (const { method, path, operation } of operationsOf(document)) {
      const body = operation.requestBody?.content['application/json'];
      const schema = body === undefined ? undefined : resolve(document, body.schema);
      const fields = Object.keys(schema?.['properties'] ?? {});
      for (const field of fields) {
        const others = { tier: 'basic', email, password: PASSWORD, token: 'x', refresh_token: 'x' };
        const given = Object.fromEntries(Object.entries(others).filter(([name]) => fields.includes(name)));
        const { status } = await app.ask(method, path, { token, json: { ...given, [field]: null } });
        expect([path, field, status < 500]).toEqual([path, field, true]);
      }
    }
  });
});
