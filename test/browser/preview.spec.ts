import type { Browser, Page } from 'playwright-core';
import { track } from '../support/audio.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ProductUnderTest } from '../support/product.js';

const SECONDS = 3;

/** Real: the built product, its pages and Chromium; the vendors are sandbox doubles. */
describe('the preview', () => {
  let database: TestDatabase;
  let product: ProductUnderTest;
  let browser: Browser;
  let visitor: Visitor;
  let page: Page;
  const audio = track(SECONDS);

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
    ({ page } = visitor);
    await page.goto('/');
    await page
      .getByLabel('Audio file')
      .setInputFiles({ name: 'track.wav', mimeType: 'audio/wav', buffer: Buffer.from(audio) });
    await page.getByRole('slider', { name: 'Position in the track' }).waitFor();
  });

  afterEach(async () => {
    await visitor.leave();
  });

  it('moves while the track plays, and stops with it', async () => {
    const picture = page.getByRole('img', { name: /^Preview of the look/ });
    const position = page.getByRole('slider', { name: 'Position in the track' });
    await picture.waitFor();
    const before = Number(await position.inputValue());
    await page.getByRole('button', { name: 'Play' }).click();
    await page.waitForFunction(`Number(document.querySelector('input[type=range]').value) > ${before + 0.3}`);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Play' }).waitFor();
  });

  it('says so when the browser cannot play a file, and lets it be sent all the same', async () => {
    const broken = { name: 'noise.mp3', mimeType: 'audio/mpeg', buffer: Buffer.alloc(2_048, 7) };
    await page.getByLabel('Audio file').setInputFiles(broken);
    await page.getByText('This browser cannot play the file').waitFor();
    expect(await page.getByRole('slider').count()).toBe(0);
  });
});
