import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadImage } from '@napi-rs/canvas';
import type { RenderDownload } from '../../src/rendering/dto/rendering.response.js';
import { track } from '../support/audio.js';
import type { Customer } from '../support/customer.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/processes.js';
import { ProductUnderTest } from '../support/product.js';
import { inspectVideo } from '../support/video.js';

/** Real: everything but the vendors, whose place the sandbox doubles take in a process of their own. */
describe('a customer with a track', () => {
  let database: TestDatabase;
  let product: ProductUnderTest;
  let customer: Customer;

  beforeAll(async () => {
    database = await createTestDatabase();
    product = await ProductUnderTest.prepare(database.url);
    await product.startInstance();
    customer = await product.newCustomer();
  }, 90_000);

  afterAll(async () => {
    await product.stop();
    await database.close();
  }, 30_000);

  it('pays, submits, follows and downloads an MP4 of the right make', async () => {
    const { paymentId, sessionId } = await customer.pay();
    const submitted = await customer.submit<{ job_id: string; status: string }>(paymentId, track(3), {
      title: 'Été 東京 🎧',
    });
    expect(submitted).toMatchObject({ status: 202, body: { status: 'queued' } });
    const jobId = submitted.body.job_id;
    const job = await customer.waitForJob(jobId, ({ status }) => status === 'completed' || status === 'failed');
    expect(job).toMatchObject({ status: 'completed', progress: 100, error: null });
    expect(await customer.paymentStatus(sessionId)).toBe('consumed');

    const { body } = await customer.get<RenderDownload>(`/api/jobs/render/download/${jobId}`);
    const thumbnail = await fetch(body.thumbnail_url ?? '');
    expect(thumbnail.headers.get('content-type')).toBe('image/jpeg');
    await expect(loadImage(await thumbnail.arrayBuffer())).resolves.toMatchObject({ width: 854, height: 480 });
    const bytes = Buffer.from(await (await fetch(body.download_url)).arrayBuffer());
    expect(bytes.length).toBe(body.size_bytes);
    const directory = mkdtempSync(join(tmpdir(), 'oriel-video-'));
    const path = join(directory, 'video.mp4');
    writeFileSync(path, bytes);
    const facts = inspectVideo(path);
    rmSync(directory, { recursive: true });
    expect(facts.video).toMatch(/h264.*yuv420p.*854x480.*15 fps/);
    expect(facts.audio).toMatch(/aac/);
    expect(Math.abs(facts.durationSeconds - 3)).toBeLessThan(0.5);
  }, 120_000);

  it('is told by mail, once', async () => {
    await eventually(async () => (await customer.mails()).some(({ subject }) => /ready/i.test(subject)), {
      what: 'the mail',
    });
    const mails = await customer.mails();
    expect(mails.filter(({ subject }) => /ready/i.test(subject))).toHaveLength(1);
  });

  it('sees both in the history', async () => {
    const { body } = await customer.get<{ payments: unknown[]; jobs: unknown[] }>('/api/user/history');
    expect(body.payments).toHaveLength(1);
    expect(body.jobs).toHaveLength(1);
  });

  it('cannot see what belongs to somebody else', async () => {
    const { body } = await customer.get<{ jobs: { id: string }[] }>('/api/jobs/render');
    const stranger = await product.newCustomer();
    const answer = await stranger.get<{ error: { code: string } }>(`/api/jobs/render/status/${body.jobs[0]?.id}`);
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'JOB_NOT_FOUND' } } });
  });
});
