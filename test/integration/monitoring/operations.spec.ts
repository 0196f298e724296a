import { AuditEntry } from '../../../src/admin-monitoring/audit/audit-entry.entity.js';
import { User } from '../../../src/auth/index.js';
import { Email } from '../../../src/email/index.js';
import { Payment } from '../../../src/payments/index.js';
import { newId } from '../../../src/platform/time/index.js';
import { RenderJob } from '../../../src/rendering/index.js';
import { StoredObjectRecord } from '../../../src/storage/entities/stored-object-record.entity.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { OperatorApp, type Wire } from './operator-app.js';

type Row = Readonly<Record<string, unknown>>;

const AUDIO = { durationSeconds: 60, codec: 'mp3', sampleRateHz: 44_100, channels: 2 };

/** Jobs, mails and objects are put into their tables; no worker runs, so that they stay as they are. */
describe('Operations', () => {
  let database: TestDatabase;
  let app: OperatorApp;
  let token: string;
  let userId: string;
  let email: string;

  beforeAll(async () => {
    database = await createTestDatabase({
      entities: [AuditEntry, Email, Payment, RenderJob, StoredObjectRecord, User],
    });
    app = await OperatorApp.start(database.url);
    token = await app.adminToken();
    email = await app.register();
    ({ id: userId } = await database.dataSource.getRepository(User).findOneByOrFail({ email }));
  });

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  async function job(change: Partial<RenderJob> = {}, payment: Partial<Payment> = {}): Promise<string> {
    const now = new Date();
    const [id, paymentId] = [newId(), newId()];
    await database.dataSource.getRepository(Payment).insert({
      id: paymentId,
      userId,
      tier: 'premium',
      amountCents: 1_999,
      currency: 'usd',
      status: 'completed',
      stripeSessionId: `cs_test_${paymentId}`,
      customerEmail: email,
      successUrl: 'http://127.0.0.1:3000/',
      cancelUrl: 'http://127.0.0.1:3000/',
      createdAt: now,
      updatedAt: now,
      ...payment,
    });
    const row = {
      id,
      userId,
      paymentId,
      status: 'failed',
      config: {},
      audio: AUDIO,
      audioObjectId: newId(),
      error: { code: 'RENDERING_TIMEOUT', message: 'It took too long.', recoverable: true },
      workMegapixels: 1,
      createdAt: now,
      queuedAt: now,
      ...change,
    } as unknown as RenderJob;
    await database.dataSource.getRepository(RenderJob).save(database.dataSource.getRepository(RenderJob).create(row));
    return id;
  }

  async function mail(
    change: Partial<Omit<Email, 'data'>> & { readonly data?: { readonly link: string } } = {},
  ): Promise<string> {
    const id = newId();
    const now = new Date();
    await database.dataSource.getRepository(Email).insert({
      id,
      userId,
      toAddress: email,
      template: 'render_failed',
      data: {},
      dedupeKey: id,
      status: 'dead',
      attempts: 7,
      lastErrorCode: 'EMAIL_ADDRESS_REJECTED',
      nextAttemptAt: new Date(now.getTime() + 3_600_000),
      createdAt: now,
      updatedAt: now,
      ...change,
    });
    return id;
  }

  async function data(path: string): Promise<Row> {
    const { status, body } = await app.monitoring<Row>('GET', path, token);
    expect([path, status]).toEqual([path, 200]);
    return body.data;
  }

  async function post(path: string, json?: unknown): Promise<{ readonly status: number; readonly body: Wire<Row> }> {
    return await app.monitoring<Row>('POST', path, token, json);
  }

  async function audited(target: string): Promise<readonly string[]> {
    const entries = await database.dataSource.getRepository(AuditEntry).findBy({ target });
    return entries.map(({ action, reason }) => `${action}: ${reason}`);
  }

  async function queued(queue: string, key: string, id: string): Promise<number> {
    const rows: { count: number }[] = await database.dataSource.query(
      `SELECT count(*)::int AS count FROM pgboss.job WHERE name = $1 AND data -> 'payload' ->> $2 = $3`,
      [queue, key, id],
    );
    return rows[0]?.count ?? 0;
  }

  it('finds jobs by state, customer, error and time', async () => {
    const failed = await job();
    const cancelled = await job({ status: 'cancelled', error: null, createdAt: new Date(0) });
    const ids = async (query: string): Promise<unknown> =>
      ((await data(`jobs${query}`)) as { jobs: Row[] }).jobs.map(({ id }) => id);
    expect(await ids('')).toEqual([failed, cancelled]);
    expect(await ids('?status=cancelled')).toEqual([cancelled]);
    expect(await ids('?error_code=RENDERING_TIMEOUT')).toEqual([failed]);
    expect(await ids(`?email=${email.toUpperCase()}&until=2000-01-01T00:00:00Z`)).toEqual([cancelled]);
    expect(await ids(`?user_id=${userId}&since=2000-01-01T00:00:00Z`)).toEqual([failed]);
    expect(await ids('?email=nobody@example.com')).toEqual([]);
    expect(await ids(`?email=${email}&user_id=${newId()}`)).toEqual([]);
    expect(await data('jobs?per_page=1&page=2')).toMatchObject({ pagination: { total: 2, pages: 2 } });
  });

  it('starts a failed job again with its credit, once, and keeps who did it', async () => {
    const id = await job();
    const answers = await Promise.all([
      post(`jobs/${id}/retry`, { reason: 'the disk was full' }),
      post(`jobs/${id}/retry`, { reason: 'the disk was full' }),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 409]);
    const restarted = await database.dataSource.getRepository(RenderJob).findOneByOrFail({ id });
    expect(restarted).toMatchObject({ status: 'queued', generation: 2, error: null });
    const payment = await database.dataSource.getRepository(Payment).findOneByOrFail({ id: restarted.paymentId });
    expect(payment).toMatchObject({ status: 'consumed', jobId: id });
    expect(await queued('render', 'jobId', id)).toBe(1);
    expect(await audited(id)).toEqual(['job.retry: the disk was full']);
  });

  it('does not start what has no credit, has not failed, or is not there', async () => {
    const refunded = await job({}, { status: 'refunded' });
    const cancelled = await job({ status: 'cancelled', error: null });
    for (const [id, expected] of [
      [refunded, 402],
      [cancelled, 409],
      [newId(), 404],
      ['nonsense', 404],
    ] as const) {
      expect([id, (await post(`jobs/${id}/retry`)).status]).toEqual([id, expected]);
      expect(await audited(id)).toEqual([]);
    }
  });

  it('finds mails by state and address, without what they say', async () => {
    const dead = await mail({ data: { link: 'https://example.com/?token=secret-of-the-link' } });
    const sent = await mail({ status: 'sent', sentAt: new Date(), toAddress: 'other@example.com' });
    const page = await data('emails?status=dead');
    expect(page).toMatchObject({
      emails: [{ id: dead, to: email, attempts: 7, last_error_code: 'EMAIL_ADDRESS_REJECTED', next_attempt_at: null }],
      pagination: { total: 1 },
    });
    expect(JSON.stringify(page)).not.toContain('secret-of-the-link');
    expect(await data('emails?to=Other@Example.com')).toMatchObject({ emails: [{ id: sent, status: 'sent' }] });
  });

  it('lets a dead mail live again, and keeps who did it', async () => {
    const id = await mail();
    const { status, body } = await post(`emails/${id}/resend`, { reason: 'the address was corrected' });
    expect([status, body.data]).toEqual([
      202,
      { email: expect.objectContaining({ id, status: 'pending', attempts: 0 }) },
    ]);
    expect(await queued('email-dispatch', 'emailId', id)).toBe(1);
    expect(await audited(id)).toEqual(['email.resend: the address was corrected']);
  });

  it('sends no mail again that was sent, or is not there', async () => {
    const sent = await mail({ status: 'sent', sentAt: new Date() });
    const answers = [await post(`emails/${sent}/resend`), await post(`emails/${newId()}/resend`)];
    expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual([
      [409, 'EMAIL_ALREADY_SENT'],
      [404, 'EMAIL_NOT_FOUND'],
    ]);
    expect(await audited(sent)).toEqual([]);
  });

  it('shows what waits in fallback storage, the longest first', async () => {
    const now = Date.now();
    for (const minutes of [1, 3, 2]) {
      const id = newId();
      await database.dataSource.getRepository(StoredObjectRecord).insert({
        id,
        key: 'videos/x.mp4',
        objectName: `videos/${id}.mp4`,
        kind: 'video',
        contentType: 'video/mp4',
        sizeBytes: minutes,
        crc32c: 'AAAAAA==',
        status: 'stored',
        location: 'local',
        createdAt: new Date(now),
        storedAt: new Date(now),
        localSince: new Date(now - minutes * 60_000),
        lastErrorCode: 'GCS_TIMEOUT',
      });
    }
    expect(await data('storage/replication?per_page=2')).toMatchObject({
      waiting: 3,
      waiting_bytes: 6,
      oldest_since: new Date(now - 180_000).toISOString(),
      last_error_code: 'GCS_TIMEOUT',
      objects: [{ size_bytes: 3 }, { size_bytes: 2 }],
      pagination: { total: 3, pages: 2 },
    });
  });

  it.each([
    'jobs?status=lost',
    'jobs?user_id=me',
    'jobs?error_code=x',
    'emails?status=lost',
    'storage/replication?page=0',
  ])('refuses %s', async (path) => {
    expect((await app.monitoring('GET', path, token)).status).toBe(422);
  });
});
