import type { Page } from 'playwright-core';
import type { Visitor } from '../support/browser.js';
import { mailsTo } from '../support/customer.js';
import { eventually } from '../support/processes.js';
import { PageStage } from '../support/page-stage.js';
import type { ProductUnderTest } from '../support/product.js';
import { StudioGuest } from '../support/studio-guest.js';

const GOOD_CARD = '4242424242424242';
const DECLINED_CARD = '4000000000000002';
const RENDER_MS = 90_000;

/** Real: the built product, its pages and Chromium; the vendors are sandbox doubles in a process of their own. */
describe('a customer in the studio', () => {
  let stage: PageStage;
  let product: ProductUnderTest;
  let guest: StudioGuest;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    stage = await PageStage.open();
    ({ product } = stage);
  }, 180_000);

  afterAll(async () => {
    await stage.close();
  }, 30_000);

  beforeEach(async () => {
    guest = await StudioGuest.arrive(stage);
    ({ visitor, page } = guest);
  });

  afterEach(async () => {
    await guest.leave();
  });

  it('registers, drops a track, sees it move, pays, and watches the video', async () => {
    await page.goto('/');
    await page.getByRole('heading', { name: 'Your track, in motion.' }).waitFor();
    expect(await visitor.look('welcome')).toEqual([]);
    await guest.register();
    expect(await visitor.look('empty')).toEqual([]);
    await guest.choose(3);
    await page.getByRole('img', { name: /^Preview of the look/ }).waitFor();
    await page.getByLabel('Title in the picture').fill('Night Drive');
    await page.getByRole('radio', { name: 'Circular' }).check();
    expect(await visitor.look('preview')).toEqual([]);
    await guest.pay();
    // The track has come along to the checkout and back.
    await page.getByText('night-drive.wav').waitFor();
    await guest.make();
    await guest.getsVideo();
    expect(await visitor.look('video')).toEqual([]);
    await expect(posterWidth(page)).resolves.toBeGreaterThan(0);
    const [download] = await Promise.all([page.waitForEvent('download'), guest.video.click()]);
    expect(download.suggestedFilename()).toBe('Night-Drive.mp4');
    await page.getByText('Used for a video').waitFor();
    expect(visitor.complaints()).toEqual([]);
    const elsewhere = visitor.askedOrigins().filter((origin) => origin !== product.origin);
    expect(elsewhere).toEqual([product.sandboxOrigin]);
  }, 180_000);

  it('begins another checkout with each purchase, also where the browser is slow to keep things', async () => {
    await page.addInitScript(slowStorage);
    await guest.register();
    await guest.choose(2);
    const keys: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/create-session')) keys.push(request.headers()['idempotency-key']);
    });
    for (let purchase = 0; purchase < 2; purchase += 1) {
      await guest.openCheckout();
      await page.goto('/');
      await page.getByText('night-drive.wav').waitFor();
    }
    expect(new Set(keys).size).toBe(2);
  }, 60_000);

  it('uses another card when one is declined', async () => {
    await guest.register();
    await guest.choose(2);
    await guest.openCheckout();
    await guest.payWith(DECLINED_CARD);
    await page.getByRole('alert').waitFor();
    await guest.payWith(GOOD_CARD);
    await page.waitForURL(`${product.origin}/**`);
    await page.getByText('Your video can be made now').waitFor();
    await page.getByRole('button', { name: 'Make the video' }).waitFor();
  }, 60_000);

  it('comes back from an abandoned checkout to the work as it was', async () => {
    await guest.register();
    await guest.choose(2);
    await guest.openCheckout();
    await page.getByRole('link', { name: /without paying/ }).click();
    await page.getByText('The payment was cancelled').waitFor();
    await page.getByText('night-drive.wav').waitFor();
    await page.getByRole('button', { name: /^Pay/ }).waitFor();
  }, 60_000);

  it('reloads and goes offline in mid-render and loses nothing', async () => {
    await guest.register();
    await guest.choose(20);
    await guest.pay();
    await guest.make();
    await page.reload();
    await guest.progress.waitFor();
    await visitor.context.setOffline(true);
    await visitor.context.setOffline(false);
    await guest.getsVideo();
  }, 180_000);

  it('is told what to do when payments are down, and pays when they are back', async () => {
    await guest.register();
    await guest.choose(2);
    await product.injectFault('stripe', { kind: 'status', status: 503 });
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.getByText('your credit is safe').waitFor();
    await page.getByText(/^Request/).waitFor();
    await product.clearFault('stripe');
    // Counted down, then tried again by the page itself.
    await page.waitForURL(`${product.sandboxOrigin}/**`, { timeout: RENDER_MS });
  }, 150_000);

  it('gets the video though storage and mail are down', async () => {
    await guest.register();
    await guest.choose(2);
    await guest.pay();
    await product.injectFault('gcs', { kind: 'refuse' });
    await product.injectFault('sendgrid', { kind: 'refuse' });
    try {
      await guest.make();
      await guest.getsVideo();
    } finally {
      await product.clearFault('gcs');
      await product.clearFault('sendgrid');
    }
  }, 180_000);

  it('confirms the address and sets a new password with the links of the mails', async () => {
    await guest.register();
    const reminder = page.getByText(`Please confirm ${guest.email}`);
    await reminder.waitFor();
    const tab = await visitor.context.newPage();
    await tab.goto(await mailedLink(/verify-email\?token=\S+/));
    await tab.getByText('Your address is confirmed.').waitFor();
    await tab.getByRole('button', { name: 'Go to the studio' }).click();
    await tab.getByRole('button', { name: 'Sign out' }).waitFor();
    await tab.close();
    await reminder.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Forgot your password?' }).click();
    await page.getByLabel('E-mail').fill(guest.email);
    await page.getByRole('button', { name: 'Mail me a link' }).click();
    await page.getByText('is on its way').waitFor();
    await page.goto(await mailedLink(/reset-password\?token=\S+/));
    expect(await visitor.look('reset-password')).toEqual([]);
    await page.getByRole('textbox', { name: 'New password' }).fill('another-horse-2');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('button', { name: 'I have an account' }).click();
    await guest.signIn('another-horse-2');
  }, 180_000);

  async function mailedLink(pattern: RegExp): Promise<string> {
    let link: string | undefined;
    await eventually(
      async () => {
        const texts = (await mailsTo(product.sandboxOrigin, guest.email)).map(({ text }) => pattern.exec(text)?.[0]);
        link = texts.find((found) => found !== undefined);
        return link !== undefined;
      },
      { what: `a mail with ${String(pattern)}` },
    );
    return `/${link ?? ''}`;
  }
});

/** Loads the picture that stands for a video until it plays, under the page's own policy, and gives its width in pixels. */
async function posterWidth(page: Page): Promise<number> {
  return await page.locator('video').evaluate(async (element) => {
    const { poster, ownerDocument } = element as unknown as Video;
    const picture = ownerDocument.createElement('img');
    picture.src = poster;
    await picture.decode();
    return picture.naturalWidth;
  });
}

/** Runs in the page: what IndexedDB answers is heard of half a second later. */
function slowStorage(): void {
  const { prototype } = (globalThis as unknown as { IDBOpenDBRequest: { prototype: Listening } }).IDBOpenDBRequest;
  const { addEventListener } = prototype;
  prototype.addEventListener = function (type, heard) {
    addEventListener.call(this, type, type === 'success' ? () => setTimeout(heard, 500) : heard);
  };
}

interface Listening {
  addEventListener: (type: string, heard: () => void) => void;
}

interface Video {
  readonly poster: string;
  readonly ownerDocument: { createElement(name: 'img'): Picture };
}

interface Picture {
  src: string;
  readonly naturalWidth: number;
  decode(): Promise<void>;
}
