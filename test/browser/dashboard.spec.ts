import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import { MAX_SCRIPT_BYTES, type Visitor } from '../support/browser.js';
import { useDesk } from '../support/dashboard-desk.js';
import { ADMIN, giveReason, openDashboard, serviceOf } from '../support/operator.js';
import type { ProductUnderTest } from '../support/product.js';

/** Three seconds are the bar, which `npm run bench:pages` measures: here a machine may be busy with other tests. */
const GROUP_SHOWN_MS = 15_000;

/** Real: the built product, its pages and Chromium; the vendors are sandbox doubles in a process of their own. */
describe('the dashboard', () => {
  const desk = useDesk();
  let product: ProductUnderTest;
  let visitor: Visitor;
  let page: Page;

  beforeEach(() => {
    ({ product, visitor, page } = desk);
  });

  const service = (name: string) => serviceOf(page, name);

  it('asks who is there, and refuses a customer', async () => {
    await page.goto('/admin');
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Create an account' }).count()).toBe(0);
    expect(await visitor.look('admin-sign-in')).toEqual([]);
    const email = `nobody-${randomBytes(4).toString('hex')}@example.com`;
    await product.newCustomer(email);
    await openDashboard(page, email);
    await page.getByRole('heading', { name: 'Not for this account' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(await visitor.look('admin-refused')).toEqual([]);
  }, 60_000);

  it('shows how things stand, with nothing from elsewhere', async () => {
    await openDashboard(page);
    await page.getByText('Everything works.').waitFor();
    await service('stripe').getByText('Closed').waitFor();
    await page.getByText('Renders queued').waitFor();
    await page.getByText('the latest 100, live').waitFor();
    expect(await visitor.look('admin-now')).toEqual([]);
    // The vendors of this product are not known to be doubles.
    expect(await page.getByRole('link', { name: 'Faults' }).count()).toBe(0);
    expect(visitor.complaints()).toEqual([]);
    expect(visitor.askedOrigins()).toEqual([product.origin]);
  }, 60_000);

  it('forces a circuit open with a reason, by keyboard alone, and resets it', async () => {
    await openDashboard(page);
    await service('sendgrid').getByRole('button', { name: 'Force open sendgrid' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('mails go out twice');
    expect(await visitor.look('admin-dialog')).toEqual([]);
    await page.keyboard.press('Enter');
    await service('sendgrid').getByText('Forced open').waitFor();
    await service('sendgrid').getByText('mails go out twice').waitFor();
    await page.getByRole('button', { name: 'Reset all' }).click();
    await giveReason(page, 'it was the template', 'Reset all');
    await service('sendgrid').getByText('Closed').waitFor();
  }, 60_000);

  it('shows a breaker that opens and the group of its errors, resets, resolves, and sees it come back', async () => {
    await openDashboard(page);
    await service('stripe').getByText('Closed').waitFor();
    const customer = await product.newCustomer();
    const pay = async () => await customer.post('/api/payments/create-session', { tier: 'basic' });
    await product.injectFault('stripe', { kind: 'status', status: 503 });
    for (let call = 0; call < 3; call += 1) await pay();
    await service('stripe')
      .getByText(/Next attempt in \d:\d\d/)
      .waitFor({ timeout: 5_000 });
    await page.getByRole('link', { name: 'Errors' }).click();
    await pay();
    const refused = page.getByRole('listitem').filter({ hasText: 'STRIPE_UNAVAILABLE' }).getByRole('link').first();
    await refused.waitFor({ timeout: GROUP_SHOWN_MS });
    expect(await visitor.look('admin-errors')).toEqual([]);
    await product.clearFault('stripe');
    await page.getByRole('link', { name: 'Now' }).click();
    await page.getByRole('button', { name: 'Reset stripe' }).click();
    await giveReason(page, 'stripe is back', 'Reset');
    await service('stripe').getByText('Closed').waitFor();

    await page.getByRole('link', { name: 'Errors' }).click();
    await refused.click();
    await page.getByRole('heading', { name: 'The newest sample' }).waitFor();
    await page
      .getByText('caused by')
      .or(page.getByLabel(/^Stack of/))
      .first()
      .waitFor();
    expect(await visitor.look('admin-group')).toEqual([]);
    await page.getByRole('button', { name: 'Resolve' }).click();
    await giveReason(page, 'it was stripe', 'Resolve');
    await page.getByText('resolved', { exact: true }).waitFor();
    await product.injectFault('stripe', { kind: 'status', status: 503 });
    for (let call = 0; call < 4; call += 1) await pay();
    await page.getByText('regressed', { exact: true }).waitFor();
    await product.clearFault('stripe');

    await page
      .getByRole('link', { name: /^[0-9a-f-]{36}$/ })
      .first()
      .click();
    await page.getByText('STRIPE_UNAVAILABLE:').first().waitFor();
    expect(await visitor.look('admin-story')).toEqual([]);
  }, 150_000);

  it('shows what is in an error as text', async () => {
    const hostile = '<img src=x onerror="document.title=\'owned\'">';
    await fetch(`${product.origin}/api/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'TypeError',
        message: hostile,
        stack: `TypeError: ${hostile}\n    at f (/a.js:1:1)`,
      }),
    });
    await openDashboard(page);
    await page.getByText(hostile).first().waitFor();
    await page.getByRole('link', { name: 'Errors' }).click();
    await page.getByText('img src=x').first().click();
    await page.getByRole('heading', { name: 'The newest sample' }).waitFor();
    await page.getByText(hostile).first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
    expect(visitor.complaints()).toEqual([]);
  }, 60_000);

  it('lists jobs, e-mails, copies, alerts and what operators did', async () => {
    await openDashboard(page);
    const panels = {
      Jobs: 'There are no such jobs.',
      'E-mails': `to ${ADMIN}`,
      Replication: 'Everything is in Cloud Storage.',
      Alerts: 'History',
      Audit: 'What operators did',
    };
    for (const [name, text] of Object.entries(panels)) {
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByText(text).first().waitFor();
      expect(await visitor.look(`admin-${name.toLowerCase()}`)).toEqual([]);
    }
    await page.getByRole('link', { name: 'Alerts' }).click();
    await page
      .getByRole('button', { name: /^Test / })
      .first()
      .click();
    await page.getByText(/^Test: /).waitFor();
  }, 90_000);

  it('loads no more script than a phone can bear', async () => {
    const bytes = await visitor.scriptBytes('/admin');
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(MAX_SCRIPT_BYTES);
  });
});
