import type { Page } from 'playwright-core';
import type { Visitor } from '../support/browser.js';
import { eventually } from '../support/processes.js';
import { useDesk } from '../support/dashboard-desk.js';
import { openDashboard, serviceOf } from '../support/operator.js';
import type { ProductUnderTest } from '../support/product.js';

/** Three seconds are the bar, which `npm run bench:pages` measures: here a machine may be busy with other tests. */
const GROUP_SHOWN_MS = 15_000;
const RECOVERY_MS = 3_000;

/** Real: the built product with its sandbox, its pages and Chromium. */
describe('the dashboard of a product with a sandbox', () => {
  const desk = useDesk(() => ({
    doubles: 'inside',
    env: { RESILIENCE_STRIPE_RECOVERY_TIMEOUT_MS: String(RECOVERY_MS) },
  }));
  let product: ProductUnderTest;
  let visitor: Visitor;
  let page: Page;

  beforeEach(() => {
    ({ product, visitor, page } = desk);
  });

  const double = (name: string) => page.getByRole('listitem', { name: `Double of ${name}`, exact: true });

  it('breaks Stripe, sees its circuit open and its errors, heals it, and sees it close by itself', async () => {
    const customer = await product.newCustomer();
    const pay = async () => await customer.post('/api/payments/create-session', { tier: 'basic' });
    await openDashboard(page);
    await page.getByRole('link', { name: 'Faults' }).click();
    await double('stripe').getByText('Answers as it should.').waitFor();
    await double('stripe').getByLabel('Status').fill('500');
    await double('stripe').getByRole('button', { name: 'Break stripe' }).click();
    await double('stripe').getByText('Error status 500, every call.').waitFor();
    for (let call = 0; call < 3; call += 1) await pay();
    // The circuit is in sight beside what broke it.
    await serviceOf(page, 'stripe')
      .getByText(/Next attempt/)
      .waitFor({ timeout: 5_000 });
    expect(await visitor.look('admin-faults')).toEqual([]);

    await page.getByRole('link', { name: 'Errors' }).click();
    await pay();
    const group = page.getByRole('listitem').filter({ hasText: /STRIPE_/ });
    await group.first().waitFor({ timeout: GROUP_SHOWN_MS });
    await page.getByRole('link', { name: 'Now' }).click();
    await serviceOf(page, 'stripe').getByText('Open', { exact: true }).waitFor();

    await page.getByRole('link', { name: 'Faults' }).click();
    await double('stripe').getByRole('button', { name: 'Heal stripe' }).click();
    await double('stripe').getByText('Answers as it should.').waitFor();
    await eventually(async () => (await pay()).status === 201, { what: 'Stripe to be asked again' });
    await serviceOf(page, 'stripe').getByText('Closed').waitFor();
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByText('sandbox break stripe').waitFor();
    await page.getByText('sandbox heal stripe').waitFor();
    expect(visitor.askedOrigins()).toEqual([product.origin]);
  }, 120_000);

  it('offers every kind with its numbers, and heals all at once', async () => {
    await openDashboard(page);
    await page.getByRole('link', { name: 'Faults' }).click();
    const kind = double('gcs').getByLabel('Kind');
    await kind.waitFor();
    expect(await kind.locator('option').count()).toBe(10);
    await kind.selectOption('Slow');
    await double('gcs').getByText('The work is done, and the answer comes late.').waitFor();
    await double('gcs').getByLabel('Late by, ms').fill('750');
    await double('gcs').getByLabel('Share of calls, %').fill('12.5');
    await double('gcs').getByLabel('Ends after, calls').fill('4');
    await double('gcs').getByRole('button', { name: 'Break gcs' }).click();
    await double('gcs').getByText('Slow by 750 ms, 12.5 % of the calls · 4 calls left.').waitFor();
    await double('sendgrid').getByLabel('Kind').selectOption('Rate limit');
    await double('sendgrid').getByLabel('Asks to wait, s').fill('7');
    await double('sendgrid').getByLabel('Ends after, s').fill('600');
    await double('sendgrid').getByLabel('Ends after, s').press('Enter');
    await double('sendgrid')
      .getByText(/^Rate limit, asks for 7 s, every call · \d+ min left\.$/)
      .waitFor();
    await page.getByRole('button', { name: 'Heal all' }).click();
    for (const name of ['stripe', 'gcs', 'sendgrid']) {
      await double(name).getByText('Answers as it should.').waitFor();
    }
    expect(visitor.complaints()).toEqual([]);
  }, 60_000);
});
