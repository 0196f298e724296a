import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { launchBrowser, Visitor } from '../support/browser.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ProductUnderTest } from '../support/product.js';

const MAX_SCRIPT_BYTES = 150 * 1_024;

/** Real: the built product, its pages and Chromium; the vendors are sandbox doubles. */
describe('the start page', () => {
  let database: TestDatabase;
  let product: ProductUnderTest;
  let browser: Browser;
  let visitor: Visitor;

  beforeAll(async () => {
    database = await createTestDatabase();
    product = await ProductUnderTest.prepare(database.url);
    [browser] = await Promise.all([launchBrowser(), product.startInstance()]);
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await product.stop();
    await database.close();
  }, 30_000);

  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, product.origin);
  });

  afterEach(async () => {
    await visitor.leave();
  });

  it('says what there is and what it costs', async () => {
    const { page } = visitor;
    await page.goto('/');
    await page.getByRole('heading', { name: 'Your track, in motion.' }).waitFor();
    for (const price of ['$2.99', '$9.99', '$19.99']) await page.getByText(price).waitFor();
    expect(await visitor.look('start')).toEqual([]);
    expect(visitor.complaints()).toEqual([]);
    expect(visitor.askedOrigins()).toEqual([product.origin]);
  });

  it('loads no more script than a phone can bear', async () => {
    const scripts: Promise<Buffer>[] = [];
    visitor.page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.push(response.body());
    });
    await visitor.page.goto('/', { waitUntil: 'networkidle' });
    const bytes = (await Promise.all(scripts)).map((script) => gzipSync(script).length);
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(MAX_SCRIPT_BYTES);
  });

  it('says so when prices cannot be loaded, and loads them once they can', async () => {
    const { page } = visitor;
    await page.route('**/api/payments/tiers', (route) => route.abort('connectionrefused'));
    await page.goto('/');
    await page.getByRole('alert').getByText('No connection').waitFor();
    await page.unroute('**/api/payments/tiers');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('$9.99').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
