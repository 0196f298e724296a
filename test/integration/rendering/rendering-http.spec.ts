import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { QueryDeepPartialEntity } from 'typeorm';
import { FileValidationError } from '../../../src/platform/errors/index.js';
import { RenderJob } from '../../../src/rendering/index.js';
import { eventually } from '../../support/processes.js';
import { TRACK } from './fakes.js';
import { CONFIG, type ErrorBody, type JobBody, type Musician, RenderingApp, type SubmitBody } from './rendering-app.js';

/** An `api` process: what is submitted stays queued. */
describe('Rendering over HTTP', () => {
  let room: RenderingApp;
  let musician: Musician;

  beforeAll(async () => {
    room = await RenderingApp.start('api');
    musician = await room.musician();
  });

  afterAll(async () => {
    await room.close();
  });

  const queued = async (): Promise<{ readonly jobId: string; readonly paymentId: string }> => {
    const paymentId = await room.credit(musician);
    const { body } = await room.submit(musician, paymentId);
    return { jobId: body.job_id, paymentId };
  };

  const change = async (id: string, change: QueryDeepPartialEntity<RenderJob>): Promise<void> => {
    await room.dataSource.getRepository(RenderJob).update(id, change);
  };

  it('accepts a submission and says where to look and how long it takes', async () => {
    const paymentId = await room.credit(musician);
    const { status, headers, body } = await room.submit(musician, paymentId);
    expect(status).toBe(202);
    expect(body).toEqual({
      job_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: 'queued',
      position: expect.any(Number),
      estimated_seconds: expect.any(Number),
    });
    expect(headers.get('location')).toBe(`/api/jobs/render/status/${body.job_id}`);
    await expect(room.paymentStatus(paymentId)).resolves.toBe('consumed');
    await expect(room.leftovers()).resolves.toEqual([]);
    const next = await room.submit(musician, await room.credit(musician));
    expect(next.body.position).toBe(body.position + 1);
    expect(next.body.estimated_seconds).toBeGreaterThan(body.estimated_seconds);
  });

  it('lets one of twenty submissions with one credit through, and keeps one track', async () => {
    const paymentId = await room.credit(musician);
    const tracks = room.storage.keys.size;
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => await room.submit<SubmitBody & ErrorBody>(musician, paymentId)),
    );
    expect(answers.map(({ status }) => status).sort(ascending)).toEqual([202, ...Array<number>(19).fill(409)]);
    const refused = answers.filter(({ status }) => status === 409);
    expect(new Set(refused.map(({ body }) => body.error.code))).toEqual(new Set(['PAYMENT_ALREADY_USED']));
    await expect(room.dataSource.getRepository(RenderJob).countBy({ paymentId })).resolves.toBe(1);
    expect(room.storage.keys.size).toBe(tracks + 1);
    await expect(room.leftovers()).resolves.toEqual([]);
  });

  it('names the job to a client that sends a submission again because the answer was lost', async () => {
    const { jobId, paymentId } = await queued();
    const again = await room.submit<ErrorBody>(musician, paymentId);
    expect(again.status).toBe(409);
    expect(again.body.error.details['job_id']).toBe(jobId);
  });

  it('asks for a payment that is paid, and the submitter’s own', async () => {
    const other = await room.musician();
    const refused = [
      '',
      'nonsense',
      "'; DROP TABLE render_jobs; --",
      '00000000-0000-7000-8000-000000000000',
      await room.credit(musician, 'basic', 'pending'),
      await room.credit(musician, 'basic', 'refunded'),
      await room.credit(other),
    ];
    for (const paymentId of refused) {
      const { status, body } = await room.submit<ErrorBody>(musician, paymentId);
      expect([paymentId, status, body.error.code]).toEqual([paymentId, 402, 'PAYMENT_REQUIRED']);
    }
    const unpaid = await room.submit<ErrorBody>(musician, await room.credit(musician, 'basic', 'pending'));
    expect(unpaid.body.error.details['payment_status']).toBe('pending');
  });

  it('keeps to the limits of the tier', async () => {
    const paymentId = await room.credit(musician, 'basic');
    const inspected = room.inspector.inspected.length;
    const size = await room.submit<ErrorBody>(musician, paymentId, { ...CONFIG, resolution: '1920x1080' });
    expect([size.status, size.body.error.details.fields?.[0]?.field]).toEqual([422, 'render_config.resolution']);
    expect(room.inspector.inspected).toHaveLength(inspected);
    room.inspector.finding = () => ({ ...TRACK, durationSeconds: 300.5 });
    const length = await room.submit<ErrorBody>(musician, paymentId);
    room.inspector.finding = () => TRACK;
    expect([length.status, length.body.error.details.fields?.[0]?.field]).toEqual([422, 'audio_file']);
    await expect(room.paymentStatus(paymentId)).resolves.toBe('completed');
  });

  it('says what is wrong with a form, and uses nothing up', async () => {
    const paymentId = await room.credit(musician);
    const track = new Blob([Buffer.alloc(5_000)]);
    const cases: [number, string, Record<string, string | Blob>][] = [
      [400, 'NO_AUDIO_FILE', { payment_id: paymentId, render_config: JSON.stringify(CONFIG) }],
      [413, 'FILE_TOO_LARGE', { audio_file: new Blob([Buffer.alloc(200_001)]) }],
      [422, 'VALIDATION_ERROR', { audio_file: track, payment_id: paymentId, render_config: '{"visualization":' }],
      [422, 'VALIDATION_ERROR', { audio_file: track, payment_id: paymentId, render_config: '{"fps":1}' }],
    ];
    for (const [expected, code, fields] of cases) {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      const { status, body } = await room.post<ErrorBody>(musician, 'submit', form);
      expect([status, body.error.code]).toEqual([expected, code]);
    }
    room.inspector.finding = () => {
      throw new FileValidationError('AUDIO_CORRUPT');
    };
    const corrupt = await room.submit<ErrorBody>(musician, paymentId);
    room.inspector.finding = () => TRACK;
    expect([corrupt.status, corrupt.body.error.code]).toEqual([400, 'AUDIO_CORRUPT']);
    await expect(room.paymentStatus(paymentId)).resolves.toBe('completed');
    await expect(room.leftovers()).resolves.toEqual([]);
  });

  it('leaves nothing behind of an upload whose client goes away', async () => {
    const { hostname, port } = new URL(room.origin);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /api/jobs/render/submit HTTP/1.1\r\nHost: x\r\nAuthorization: ${musician.authorization}\r\n` +
        'Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 100000\r\n\r\n' +
        `--B\r\nContent-Disposition: form-data; name="audio_file"; filename="t"\r\n\r\n${'x'.repeat(5_000)}`,
    );
    await eventually(async () => (await room.leftovers()).length > 0, { what: 'the upload to begin' });
    socket.destroy();
    await eventually(async () => (await room.leftovers()).length === 0, { what: 'the upload to be cleared away' });
  });

  it('shows a job to nobody but its owner, whatever is asked for', async () => {
    const { jobId } = await queued();
    const other = await room.musician();
    for (const id of [jobId, 'nonsense', '0', '%00', "1'--", `${jobId}0`, '00000000-0000-7000-8000-000000000000']) {
      for (const path of [`/status/${id}`, `/events/${id}`, `/download/${id}`]) {
        const { status, body } = await room.get<ErrorBody>(other, path);
        expect([path, status, body.error.code]).toEqual([path, 404, 'JOB_NOT_FOUND']);
      }
      for (const path of [`cancel/${id}`, `retry/${id}`]) {
        const { status, body } = await room.post<ErrorBody>(other, path);
        expect([path, status, body.error.code]).toEqual([path, 404, 'JOB_NOT_FOUND']);
      }
    }
    await expect(room.job(musician, jobId)).resolves.toMatchObject({ status: 'queued' });
  });

  it('shows exactly the agreed fields', async () => {
    const submission = await room.submit(musician, await room.credit(musician));
    const jobId = submission.body.job_id;
    const { status, body } = await room.get<JobBody>(musician, `/status/${jobId}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      job: {
        id: jobId,
        status: 'queued',
        stage: null,
        progress: 0,
        estimated_completion: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        attempt: 0,
        error: null,
        request_id: submission.headers.get('x-request-id'),
        created_at: expect.stringMatching(/Z$/),
        completed_at: null,
      },
    });
  });

  it('lists own jobs newest first, page by page and by status', async () => {
    const lister = await room.musician();
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      ids.push((await room.submit(lister, await room.credit(lister))).body.job_id);
    }
    await room.post(lister, `cancel/${ids[1]}`);
    interface List {
      readonly jobs: readonly { readonly id: string; readonly render_config: object }[];
      readonly pagination: object;
    }
    const all = await room.get<List>(lister, '?per_page=2');
    expect(all.body.jobs.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect(all.body.jobs[0]?.render_config).toMatchObject(CONFIG);
    expect(all.body.pagination).toEqual({ page: 1, per_page: 2, total: 3, pages: 2 });
    const cancelled = await room.get<List>(lister, '?status=cancelled');
    expect(cancelled.body.jobs.map(({ id }) => id)).toEqual([ids[1]]);
    const bad = await room.get<ErrorBody>(lister, '?status=lost');
    expect([bad.status, bad.body.error.details.fields?.[0]?.field]).toEqual([422, 'status']);
  });

  it('cancels once, gives the credit back once, and lets it be used again', async () => {
    const { jobId, paymentId } = await queued();
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => await room.post<JobBody>(musician, `cancel/${jobId}`)),
    );
    expect(answers.map(({ status, body }) => [status, body.job.status])).toEqual(
      Array.from({ length: 5 }, () => [200, 'cancelled']),
    );
    await expect(room.paymentStatus(paymentId)).resolves.toBe('completed');
    const again = await room.submit(musician, paymentId);
    expect(again.status).toBe(202);
    await room.post(musician, `cancel/${jobId}`);
    await expect(room.paymentStatus(paymentId)).resolves.toBe('consumed');
    const retried = await room.post<ErrorBody>(musician, `retry/${jobId}`);
    expect([retried.status, retried.body.error.code]).toEqual([409, 'JOB_NOT_RETRYABLE']);
  });

  it('refuses to cancel what has ended', async () => {
    const { jobId } = await queued();
    await change(jobId, { status: 'failed' });
    const { status, body } = await room.post<ErrorBody>(musician, `cancel/${jobId}`);
    expect([status, body.error.code, body.error.details['status']]).toEqual([409, 'JOB_NOT_CANCELLABLE', 'failed']);
  });

  it('starts a failed job again once, with its own credit', async () => {
    const { jobId, paymentId } = await queued();
    await change(jobId, { status: 'failed', attempt: 3, error: { code: 'X', message: 'x', recoverable: true } });
    await room.dataSource.query(`UPDATE payments SET status = 'completed', job_id = NULL WHERE id = $1`, [paymentId]);
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => await room.post<SubmitBody & ErrorBody>(musician, `retry/${jobId}`)),
    );
    expect(answers.map(({ status }) => status).sort(ascending)).toEqual([202, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 202)?.body).toMatchObject({ job_id: jobId, status: 'queued' });
    await expect(room.paymentStatus(paymentId)).resolves.toBe('consumed');
    await expect(room.job(musician, jobId)).resolves.toMatchObject({ status: 'queued', attempt: 0, error: null });
  });

  it('does not start a failed job again whose credit was used for another, or refunded', async () => {
    const { jobId, paymentId } = await queued();
    await change(jobId, { status: 'failed' });
    await room.dataSource.query(`UPDATE payments SET status = 'completed', job_id = NULL WHERE id = $1`, [paymentId]);
    expect((await room.submit(musician, paymentId)).status).toBe(202);
    const used = await room.post<ErrorBody>(musician, `retry/${jobId}`);
    expect([used.status, used.body.error.code]).toEqual([409, 'PAYMENT_ALREADY_USED']);
    await room.dataSource.query(`UPDATE payments SET status = 'refunded', job_id = NULL WHERE id = $1`, [paymentId]);
    const refunded = await room.post<ErrorBody>(musician, `retry/${jobId}`);
    expect([refunded.status, refunded.body.error.code]).toEqual([402, 'PAYMENT_REQUIRED']);
  });

  it('hands out a link only while there is a video', async () => {
    const { jobId } = await queued();
    const early = await room.get<ErrorBody>(musician, `/download/${jobId}`);
    expect([early.status, early.body.error.code]).toEqual([409, 'JOB_NOT_COMPLETED']);
    const video = { videoObjectId: jobId, videoSizeBytes: 1_234_567, completedAt: new Date() };
    const thumbnailObjectId = randomUUID();
    await change(jobId, { status: 'completed', thumbnailObjectId, ...video });
    const ready = await room.get(musician, `/download/${jobId}`);
    expect(ready.status).toBe(200);
    expect(ready.body).toEqual({
      download_url: `https://storage.example/${jobId}/Night-Drive.mp4`,
      thumbnail_url: `https://storage.example/${thumbnailObjectId}/Night-Drive.jpg`,
      expires_at: expect.stringMatching(/Z$/),
      filename: 'Night-Drive.mp4',
      size_bytes: 1_234_567,
    });
    await change(jobId, { completedAt: new Date(Date.now() - 30 * 86_400_000 - 1_000) });
    const late = await room.get<ErrorBody>(musician, `/download/${jobId}`);
    expect([late.status, late.body.error.code]).toEqual([410, 'DOWNLOAD_EXPIRED']);
  });

  it('needs a login everywhere', async () => {
    for (const path of ['', '/status/x', '/events/x', '/download/x']) {
      expect((await room.get({ id: '', authorization: '' }, path)).status).toBe(401);
    }
    expect((await room.submit({ id: '', authorization: '' }, 'x')).status).toBe(401);
  });
});

function ascending(a: number, b: number): number {
  return a - b;
}
