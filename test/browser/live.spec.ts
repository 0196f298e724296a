import type { Page } from 'playwright-core';
import type { Customer } from '../support/customer.js';
import { useDesk } from '../support/dashboard-desk.js';
import { openDashboard, serviceOf } from '../support/operator.js';

const API = '/admin/api/monitoring';
/** An order reaches all instances and the stream tells it; less than the time between two questions beside a stream. */
const TOLD_MS = 8_000;

/** Real: the built product, its pages and Chromium; the vendors are sandbox doubles in a process of their own. */
describe('the dashboard, while things happen', () => {
  const desk = useDesk();
  let operator: Customer;
  let page: Page;

  beforeEach(() => {
    ({ operator, page } = desk);
  });

  /** Another operator, whose page is not the one that is looked at. */
  async function order(what: string, body: object): Promise<void> {
    const { status } = await operator.post(`${API}/circuit-breakers/${what}`, body);
    expect(status).toBe(200);
  }

  it('shows a change of a circuit because the stream tells it', async () => {
    let questions = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/circuit-breakers')) questions += 1;
    });
    await openDashboard(page);
    await page.getByText('the latest 100, live').waitFor();
    await serviceOf(page, 'gcs').getByText('Closed').waitFor();
    const before = questions;
    await order('gcs/force-open', { reason: 'to see it', expires_in: 600 });
    await serviceOf(page, 'gcs').getByText('Forced open').waitFor({ timeout: TOLD_MS });
    await order('reset/gcs', { reason: 'seen' });
    await serviceOf(page, 'gcs').getByText('Closed').waitFor({ timeout: TOLD_MS });
    // Two changes, and at the most one question beside the stream: polled every 1.5 s it would be more.
    expect(questions - before).toBeLessThanOrEqual(4);
  }, 60_000);

  it('shows an alert that fires because the stream tells it', async () => {
    await openDashboard(page);
    await page.getByRole('link', { name: 'Alerts' }).click();
    await page.getByRole('heading', { name: 'History' }).waitFor();
    const rule = {
      name: 'a page broke',
      error_threshold: 1,
      time_window: 3_600,
      notification_method: 'log',
      filters: { code: 'BROWSER_ERROR' },
    };
    expect((await operator.post(`${API}/alerts/configure`, rule)).status).toBe(200);
    await operator.post('/api/logs', { name: 'TypeError', message: 'x is not a function', stack: 'TypeError: x' });
    await page
      .getByRole('listitem')
      .filter({ hasText: /firing.*a page broke/ })
      .nth(1)
      .waitFor({ timeout: 30_000 });
  }, 60_000);

  it('asks for itself while the stream is lost, and listens again once it is back', async () => {
    await page.route('**/monitoring/stream', async (route) => {
      await route.abort();
    });
    await openDashboard(page);
    await page.getByText('the latest 100, asked for every second').waitFor();
    await order('sendgrid/disable', { reason: 'to see it', expires_in: 600 });
    await serviceOf(page, 'sendgrid').getByText('Disabled').waitFor({ timeout: TOLD_MS });
    await operator.post('/api/logs', { name: 'TypeError', message: 'seen without a stream', stack: 'TypeError: y' });
    await page.getByText('seen without a stream').first().waitFor({ timeout: TOLD_MS });
    await page.unroute('**/monitoring/stream');
    await page.getByText('the latest 100, live').waitFor();
    await order('reset/sendgrid', { reason: 'seen' });
    await serviceOf(page, 'sendgrid').getByText('Closed').waitFor({ timeout: TOLD_MS });
  }, 60_000);
});
