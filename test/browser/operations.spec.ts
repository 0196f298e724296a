import type { Page } from 'playwright-core';
import { track } from '../support/audio.js';
import type { Visitor } from '../support/browser.js';
import { FaultyFfmpeg } from '../support/faulty-ffmpeg.js';
import { useDesk } from '../support/dashboard-desk.js';
import { giveReason, openDashboard } from '../support/operator.js';
import type { ProductUnderTest } from '../support/product.js';

/** Real: the built product, its pages and Chromium; the vendors are sandbox doubles, and one decoding is spoiled. */
describe('the dashboard, with work that failed', () => {
  let ffmpeg: FaultyFfmpeg;

  beforeAll(() => {
    ffmpeg = new FaultyFfmpeg();
  });

  const desk = useDesk(() => ({ env: { FFMPEG_PATH: ffmpeg.path } }));
  let product: ProductUnderTest;
  let visitor: Visitor;
  let page: Page;

  beforeEach(() => {
    ({ product, visitor, page } = desk);
  });

  afterAll(() => {
    ffmpeg.remove();
  });

  it('starts a failed job again', async () => {
    const customer = await product.newCustomer();
    const { paymentId } = await customer.pay();
    ffmpeg.inject('refuse', 1);
    const { status, body } = await customer.submit<{ job_id: string }>(paymentId, track(2), { resolution: '854x480' });
    expect(status).toBe(202);
    await openDashboard(page);
    await page.getByRole('link', { name: 'Jobs' }).click();
    const job = page.getByRole('listitem').filter({ hasText: body.job_id });
    await job.getByText('failed', { exact: true }).waitFor();
    expect(await visitor.look('admin-job-failed')).toEqual([]);
    await job.getByRole('button', { name: `Retry job ${body.job_id}` }).click();
    await giveReason(page, 'the decoder was at fault', 'Retry');
    await job.getByText('completed', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByText('“the decoder was at fault”').waitFor();
  }, 150_000);

  it('sends a mail again that was given up', async () => {
    const customer = await product.newCustomer();
    await product.injectFault('sendgrid', { kind: 'status', status: 400 });
    await customer.post('/api/auth/request-password-reset', { email: customer.email });
    await openDashboard(page);
    await page.getByRole('link', { name: 'E-mails' }).click();
    const mail = page.getByRole('listitem').filter({ hasText: customer.email }).filter({ hasText: 'reset' });
    await mail.getByText('dead', { exact: true }).waitFor();
    expect(await visitor.look('admin-mail-dead')).toEqual([]);
    await product.clearFault('sendgrid');
    await mail.getByRole('button', { name: `Resend e-mail to ${customer.email}` }).click();
    await giveReason(page, 'the vendor was at fault', 'Resend');
    await mail.getByText('sent', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByText('“the vendor was at fault”').waitFor();
  }, 90_000);
});
