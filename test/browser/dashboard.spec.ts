import { randomBytes } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, Visitor } from '../support/browser.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ProductUnderTest } from '../support/product.js';

const ADMIN = 'admin@example.com';
const PASSWORD = 'correct-horse-1';

/** Real: the built product, its pages and Chromium; the vendors are sandbox doubles in a process of their own. */
describe('the dashboard', () => {
  let database: TestDatabase;
  let product: ProductUnderTest;
  let browser: Browser;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    database = await createTestDatabase();
    product = await ProductUnderTest.prepare(database.url);
    [browser] = await Promise.all([launchBrowser(), product.startInstance()]);
    await product.newCustomer(ADMIN);
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await product.stop();
    await database.close();
  }, 30_000);

  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, product.origin);
    ({ page } = visitor);
  });

  afterEach(async () => {
    await visitor.leave();
  });

  async function signIn(email = ADMIN): Promise<void> {
    await page.goto('/admin');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  async function giveReason(reason: string, confirm: string): Promise<void> {
    await page.getByRole('dialog').getByLabel('Reason').fill(reason);
    await page.getByRole('dialog').getByRole('button', { name: confirm, exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  const service = (name: string) => page.getByRole('listitem', { name, exact: true });

  it('asks who is there, and refuses a customer', async () => {
    await page.goto('/admin');
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Create an account' }).count()).toBe(0);
    expect(await visitor.look('admin-sign-in')).toEqual([]);
    const email = `nobody-${randomBytes(4).toString('hex')}@example.com`;
    await product.newCustomer(email);
    await signIn(email);
    await page.getByRole('heading', { name: 'Not for this account' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(await visitor.look('admin-refused')).toEqual([]);
  }, 60_000);

  it('shows how things stand, with nothing from elsewhere', async () => {
    await signIn();
    await page.getByText('Everything works.').waitFor();
    await service('stripe').getByText('Closed').waitFor();
    await page.getByText('Renders queued').waitFor();
    expect(await visitor.look('admin-now')).toEqual([]);
    expect(visitor.complaints()).toEqual([]);
    expect(visitor.askedOrigins()).toEqual([product.origin]);
  }, 60_000);

  it('forces a circuit open with a reason, by keyboard alone, and resets it', async () => {
    await signIn();
    await service('sendgrid').getByRole('button', { name: 'Force open sendgrid' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('mails go out twice');
    expect(await visitor.look('admin-dialog')).toEqual([]);
    await page.keyboard.press('Enter');
    await service('sendgrid').getByText('Forced open').waitFor();
    await service('sendgrid').getByText('mails go out twice').waitFor();
    await page.getByRole('button', { name: 'Reset all' }).click();
    await giveReason('it was the template', 'Reset all');
    await service('sendgrid').getByText('Closed').waitFor();
  }, 60_000);
});
