import type { Route } from 'playwright-core';
import { MAX_SCRIPT_BYTES, type Visitor } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
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

  it('lets nobody wait who was never signed in here, and whoever was until it is known', async () => {
    const { page } = visitor;
    const held: Route[] = [];
    await page.route('**/api/auth/web/refresh', (route) => void held.push(route));
    await page.goto('/');
    await page.getByRole('button', { name: 'Create account' }).waitFor();
    await page.getByText('$9.99').waitFor();
    await eventually('it is asked who is there', () => held.length === 1);
    await page.evaluate("localStorage.setItem('oriel-session', 'yes')");
    await page.reload();
    await eventually('it is asked again', () => held.length === 2);
    await page.getByRole('status', { name: 'Loading' }).waitFor();
    expect(await page.getByRole('button', { name: 'Create account' }).count()).toBe(0);
    await held[1]?.continue();
    await page.getByRole('button', { name: 'Create account' }).waitFor();
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

  it.each(['/', '/admin'])('reports what goes wrong in %s, each error once', async (path) => {
    const { page } = visitor;
    const reported: unknown[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/api/logs')) reported.push(request.postDataJSON());
    });
    await page.goto(`${path}?token=secret`);
    const [answer] = await Promise.all([page.waitForResponse('**/api/logs'), page.evaluate(throwTwice, 'one')]);
    expect(answer.status()).toBe(204);
    await page.route('**/api/logs', async (route) => await route.abort('connectionrefused'));
    await Promise.all([page.waitForEvent('requestfailed'), page.evaluate(rejectOnce, 'two')]);
    await page.unroute('**/api/logs');
    await Promise.all([page.waitForResponse('**/api/logs'), page.evaluate(rejectOnce, 'three')]);
    const url = `${product.origin}${path}`;
    expect(reported).toEqual(
      ['one', 'two', 'three'].map((message) => ({ name: 'TypeError', message, stack: expect.any(String), url })),
    );
  });

  it('holds a defect where it is, and reports it', async () => {
    const { page } = visitor;
    await page.route('**/api/payments/tiers', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replaceAll('"usd"', '"no currency"') });
    });
    const [report] = await Promise.all([page.waitForRequest('**/api/logs'), page.goto('/')]);
    expect(report.postDataJSON()).toMatchObject({ name: 'RangeError' });
    await page.getByRole('region', { name: 'The plan' }).getByText('That is our fault').waitFor();
    expect(await visitor.axeFindings()).toEqual([]);
    await page.getByRole('radio', { name: 'Circular' }).check();
    await page.unroute('**/api/payments/tiers');
    await page.getByRole('button', { name: 'Load the page again' }).click();
    await page.getByText('$9.99').waitFor();
  });
});

/** Runs in the page. */
function throwTwice(message: string): void {
  const error = new TypeError(message);
  for (let time = 0; time < 2; time += 1) {
    setTimeout(() => {
      throw error;
    });
  }
}

/** Runs in the page. */
function rejectOnce(message: string): void {
  void Promise.reject(new TypeError(message));
}
