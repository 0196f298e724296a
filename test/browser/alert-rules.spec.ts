import type { Page } from 'playwright-core';
import type { Visitor } from '../support/browser.js';
import { useDesk } from '../support/dashboard-desk.js';
import { openDashboard } from '../support/operator.js';

/** Real: the built product, its pages and Chromium; the vendors are sandbox doubles. */
describe('the alert rules of the dashboard', () => {
  const desk = useDesk();
  let visitor: Visitor;
  let page: Page;

  beforeEach(async () => {
    ({ visitor, page } = desk);
    await openDashboard(page);
    await page.getByRole('link', { name: 'Alerts' }).click();
  });

  const dialog = () => page.getByRole('dialog');
  const rule = (name: string) => page.getByRole('listitem').filter({ hasText: name });

  it('are made, changed, switched off and on, and deleted, and each change is in the audit', async () => {
    await page.getByRole('button', { name: 'New rule' }).click();
    await dialog().getByLabel('Name').fill('Stripe is slow');
    await dialog().getByLabel('Threshold').fill('7');
    await dialog().getByLabel('Service').fill('stripe');
    expect(await visitor.look('admin-rule')).toEqual([]);
    await dialog().getByRole('button', { name: 'Make rule' }).click();
    await rule('Stripe is slow')
      .getByText(/at least 7 errors within 5 min.*stripe.*by log/)
      .waitFor();

    await page.getByRole('button', { name: 'Change Stripe is slow' }).click();
    expect(await dialog().getByLabel('Threshold').inputValue()).toBe('7');
    await dialog().getByLabel('Window, s').fill('600');
    await dialog().getByLabel('Told by').selectOption('e-mail');
    await dialog().getByLabel('Addresses').fill('ops@example.com');
    await dialog().getByRole('button', { name: 'Change rule' }).click();
    await rule('Stripe is slow')
      .getByText(/at least 7 errors within 10 min.*stripe.*by email/)
      .waitFor();

    await page.getByRole('button', { name: 'Switch off Stripe is slow' }).click();
    await page.getByRole('button', { name: 'Switch on Stripe is slow' }).click();
    await page.getByRole('button', { name: 'Switch off Stripe is slow' }).waitFor();
    await page.getByRole('button', { name: 'Delete Stripe is slow' }).click();
    await dialog().getByRole('button', { name: 'Delete' }).click();
    await rule('Stripe is slow').first().waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'Audit' }).click();
    for (const action of ['configure', 'change', 'delete']) {
      await page.getByText(`alert rule ${action}`).first().waitFor();
    }
  }, 90_000);

  it('say what is wrong with them where it is wrong, and keep what was typed', async () => {
    await page.getByRole('button', { name: 'New rule' }).click();
    await dialog().getByLabel('Told by').selectOption('a webhook');
    await dialog().getByLabel('Code').fill('NO_SUCH_CODE');
    await dialog().getByLabel('Address').fill('http://127.0.0.1/hook');
    await dialog().getByLabel('Secret of the signature').fill('short');
    await dialog().getByRole('button', { name: 'Make rule' }).click();
    await dialog().getByText('code must be a code of the catalogue').waitFor();
    await dialog()
      .getByText(/^webhook_secret must have/)
      .waitFor();
    expect(await dialog().getByLabel('Address').getAttribute('aria-invalid')).toBe('true');
    expect(await dialog().getByLabel('Code').inputValue()).toBe('NO_SUCH_CODE');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  }, 60_000);

  it('that the product brings along can be tuned, not turned into others', async () => {
    const builtIn = page.getByRole('listitem').filter({ has: page.getByRole('button', { name: /^Change / }) });
    await builtIn
      .first()
      .getByRole('button', { name: /^Change / })
      .click();
    await dialog().getByLabel('Threshold').waitFor();
    expect(await dialog().getByLabel('Name').count()).toBe(0);
    expect(await dialog().getByLabel('Service').count()).toBe(0);
    await dialog().getByLabel('Told again after, s').fill('1200');
    await dialog().getByRole('button', { name: 'Change rule' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect(
      await builtIn
        .first()
        .getByRole('button', { name: /^Delete / })
        .count(),
    ).toBe(0);
  }, 60_000);
});
