import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import { track } from '../support/audio.js';
import type { Visitor } from '../support/browser.js';
import { mailsTo } from '../support/customer.js';
import { eventually } from '../support/processes.js';
import { PageStage } from '../support/page-stage.js';
import type { ProductUnderTest } from '../support/product.js';

const PASSWORD = 'correct-horse-1';
const GOOD_CARD = '4242424242424242';
const DECLINED_CARD = '4000000000000002';
const RENDER_MS = 90_000;

/** Real: the built product, its pages and Chromium; the vendors are sandbox doubles in a process of their own. */
describe('a customer in the studio', () => {
  let stage: PageStage;
  let product: ProductUnderTest;
  let visitor: Visitor;
  let page: Page;
  let email: string;

  beforeAll(async () => {
    stage = await PageStage.open();
    ({ product } = stage);
  }, 180_000);

  afterAll(async () => {
    await stage.close();
  }, 30_000);

  beforeEach(async () => {
    visitor = await stage.arrive();
    ({ page } = visitor);
    email = `studio-${randomBytes(6).toString('hex')}@example.com`;
  });

  afterEach(async () => {
    await visitor.leave();
  });

  async function register(): Promise<void> {
    await page.goto('/');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  }

  async function choose(seconds: number): Promise<void> {
    const file = { name: 'night-drive.wav', mimeType: 'audio/wav', buffer: Buffer.from(track(seconds)) };
    await page.getByLabel('Audio file').setInputFiles(file);
    await page.getByText('night-drive.wav').waitFor();
    await page.getByLabel('Size').selectOption('854x480');
  }

  async function openCheckout(): Promise<void> {
    await page.getByRole('button', { name: 'Pay $2.99' }).click();
    await page.waitForURL(`${product.sandboxOrigin}/**`);
  }

  async function payWith(card: string): Promise<void> {
    await page.getByLabel('Card number').fill(card);
    await page.getByRole('button', { name: /^Pay \$/ }).click();
  }

  async function pay(): Promise<void> {
    await openCheckout();
    await payWith(GOOD_CARD);
    await page.waitForURL(`${product.origin}/**`);
    await page.getByText('Your video can be made now').waitFor();
  }

  async function make(): Promise<void> {
    await page.getByRole('button', { name: 'Make the video' }).click();
    await page.getByRole('heading', { name: 'Your video', exact: true }).waitFor();
  }

  const video = () => page.getByRole('link', { name: /^Download/ });

  it('registers, drops a track, sees it move, pays, and watches the video', async () => {
    await page.goto('/');
    await page.getByRole('heading', { name: 'Your track, in motion.' }).waitFor();
    expect(await visitor.look('welcome')).toEqual([]);
    await register();
    expect(await visitor.look('empty')).toEqual([]);
    await choose(3);
    await page.getByRole('img', { name: /^Preview of the look/ }).waitFor();
    await page.getByLabel('Title in the picture').fill('Night Drive');
    await page.getByRole('radio', { name: 'Circular' }).check();
    expect(await visitor.look('preview')).toEqual([]);
    await pay();
    // The track has come along to the checkout and back.
    await page.getByText('night-drive.wav').waitFor();
    await make();
    await video().waitFor({ timeout: RENDER_MS });
    expect(await visitor.look('video')).toEqual([]);
    const [download] = await Promise.all([page.waitForEvent('download'), video().click()]);
    expect(download.suggestedFilename()).toBe('Night-Drive.mp4');
    await page.getByText('Used for a video').waitFor();
    expect(visitor.complaints()).toEqual([]);
    const elsewhere = visitor.askedOrigins().filter((origin) => origin !== product.origin);
    expect(elsewhere).toEqual([product.sandboxOrigin]);
  }, 180_000);

  it('uses another card when one is declined', async () => {
    await register();
    await choose(2);
    await openCheckout();
    await payWith(DECLINED_CARD);
    await page.getByRole('alert').waitFor();
    await payWith(GOOD_CARD);
    await page.waitForURL(`${product.origin}/**`);
    await page.getByText('Your video can be made now').waitFor();
    await page.getByRole('button', { name: 'Make the video' }).waitFor();
  }, 60_000);

  it('comes back from an abandoned checkout to the work as it was', async () => {
    await register();
    await choose(2);
    await openCheckout();
    await page.getByRole('link', { name: /without paying/ }).click();
    await page.getByText('The payment was cancelled').waitFor();
    await page.getByText('night-drive.wav').waitFor();
    await page.getByRole('button', { name: /^Pay/ }).waitFor();
  }, 60_000);

  it('reloads and goes offline in mid-render and loses nothing', async () => {
    await register();
    await choose(20);
    await pay();
    await make();
    await page.reload();
    await page.getByRole('progressbar', { name: 'Progress of your video' }).waitFor();
    await visitor.context.setOffline(true);
    await visitor.context.setOffline(false);
    await video().waitFor({ timeout: RENDER_MS });
  }, 180_000);

  it('is told what to do when payments are down, and pays when they are back', async () => {
    await register();
    await choose(2);
    await product.injectFault('stripe', { kind: 'status', status: 503 });
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.getByText('your credit is safe').waitFor();
    await page.getByText(/^Request/).waitFor();
    await product.clearFault('stripe');
    // Counted down, then tried again by the page itself.
    await page.waitForURL(`${product.sandboxOrigin}/**`, { timeout: RENDER_MS });
  }, 150_000);

  it('gets the video though storage and mail are down', async () => {
    await register();
    await choose(2);
    await pay();
    await product.injectFault('gcs', { kind: 'refuse' });
    await product.injectFault('sendgrid', { kind: 'refuse' });
    try {
      await make();
      await video().waitFor({ timeout: RENDER_MS });
    } finally {
      await product.clearFault('gcs');
      await product.clearFault('sendgrid');
    }
  }, 180_000);

  it('confirms the address and sets a new password with the links of the mails', async () => {
    await register();
    await page.goto(await mailedLink(/verify-email\?token=\S+/));
    await page.getByText('Your address is confirmed.').waitFor();
    await page.getByRole('button', { name: 'Go to the studio' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Forgot your password?' }).click();
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Mail me a link' }).click();
    await page.getByText('is on its way').waitFor();
    await page.goto(await mailedLink(/reset-password\?token=\S+/));
    expect(await visitor.look('reset-password')).toEqual([]);
    await page.getByRole('textbox', { name: 'New password' }).fill('another-horse-2');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('button', { name: 'I have an account' }).click();
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill('another-horse-2');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  }, 180_000);

  async function mailedLink(pattern: RegExp): Promise<string> {
    let link: string | undefined;
    await eventually(
      async () => {
        const texts = (await mailsTo(product.sandboxOrigin, email)).map(({ text }) => pattern.exec(text)?.[0]);
        link = texts.find((found) => found !== undefined);
        return link !== undefined;
      },
      { what: `a mail with ${String(pattern)}` },
    );
    return `/${link ?? ''}`;
  }
});
