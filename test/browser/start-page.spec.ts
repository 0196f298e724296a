import { MAX_SCRIPT_BYTES, type Visitor } from '../support/browser.js';
import { PageStage } from '../support/page-stage.js';
import type { ProductUnderTest } from '../support/product.js';

/** Real: the built product, its pages and Chromium; the vendors are sandbox doubles. */
describe('the start page', () => {
  let stage: PageStage;
  let product: ProductUnderTest;
  let visitor: Visitor;

  beforeAll(async () => {
    stage = await PageStage.open();
    ({ product } = stage);
  }, 180_000);

  afterAll(async () => {
    await stage.close();
  }, 30_000);

  beforeEach(async () => {
    visitor = await stage.arrive();
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
    const bytes = await visitor.scriptBytes('/');
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(MAX_SCRIPT_BYTES);
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
