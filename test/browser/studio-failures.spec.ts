import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { toErrorReply } from '../../src/platform/errors/error-reply.js';
import { RateLimitError } from '../../src/platform/errors/index.js';
import { mailsTo } from '../support/customer.js';
import { eventually } from '../support/eventually.js';
import { PageStage } from '../support/page-stage.js';
import { StudioGuest } from '../support/studio-guest.js';

const DAY_MS = 86_400_000;
/** What is asked for a link to a video. */
const LINKS = '**/api/jobs/render/download/*';

/** Real: the built product, its pages and Chromium. The network between them fails on command. */
describe('a panel of the studio that cannot have what it shows', () => {
  let stage: PageStage;
  let guest: StudioGuest;
  let page: Page;
  let jobId: string;
  let sessionId: string;

  beforeAll(async () => {
    stage = await PageStage.open();
    guest = await StudioGuest.arrive(stage);
    ({ page } = guest);
    await guest.register();
    await guest.choose(2);
    const [asked] = await Promise.all([page.waitForRequest('**/api/payments/status/*'), guest.pay()]);
    sessionId = asked.url().split('/').at(-1) ?? '';
    await guest.make();
    jobId = new URL(page.url()).searchParams.get('job') ?? '';
    await guest.getsVideo();
  }, 180_000);

  afterAll(async () => {
    await guest.leave();
    await stage.close();
  }, 30_000);

  afterEach(async () => {
    await page.unrouteAll();
  });

  const panel = (name: string) => page.getByRole('region', { name, exact: true });

  /** Lets nobody answer requests to `address` (a pattern). */
  async function cut(address: string): Promise<void> {
    await page.route(address, async (route) => await route.abort('connectionrefused'));
  }

  /** The panel says so, and has it after another try. */
  async function recovers(name: string): Promise<void> {
    await panel(name).getByRole('alert').getByText('No connection').waitFor();
    await page.unrouteAll();
    await panel(name).getByRole('button', { name: 'Try again' }).click();
    await panel(name).getByRole('alert').waitFor({ state: 'detached' });
  }

  it('asks again who is there', async () => {
    await cut('**/api/auth/web/refresh');
    await page.goto('/');
    await page.getByRole('alert').getByText('No connection').waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await guest.isSignedIn();
  });

  it.each(['Payments', 'The plan'])('asks again what was paid, for %s', async (name) => {
    await cut('**/api/payments/history*');
    await page.goto('/');
    await recovers(name);
    await panel('Payments').getByText('Used for a video').waitFor();
    await page.getByRole('button', { name: /^Pay/ }).waitFor();
  });

  it('asks again for the videos', async () => {
    await cut('**/api/jobs/render?*');
    await page.goto('/');
    await recovers('Your videos');
    await page.getByRole('button', { name: 'Open Untitled' }).waitFor();
  });

  it('asks again for the link to the video', async () => {
    await cut(LINKS);
    await page.goto(`/?job=${jobId}`);
    await recovers('Your video');
    await guest.video.waitFor();
  });

  it('says that there is no such video', async () => {
    await page.goto(`/?job=${randomUUID()}`);
    await panel('Your video').getByRole('alert').getByText('Look through your videos').waitFor();
    await page.getByRole('button', { name: 'Make another' }).click();
    await panel('Your track').waitFor();
  });

  it('asks again whether the checkout was paid', async () => {
    await cut('**/api/payments/status/*');
    await page.goto(`/?payment=success&session_id=${sessionId}`);
    await page.getByRole('alert').getByText('No connection').waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Paid. Thank you!').waitFor();
  });

  it('fetches the font of a title again', async () => {
    await page.goto('/');
    await page.getByRole('img', { name: /^Preview of the look/ }).waitFor();
    await cut('**/assets/*thai*');
    await page.getByLabel('Title in the picture').fill('ไทย');
    await recovers('Your track');
  });

  it('sends the track again, and cancels again', async () => {
    await page.goto('/');
    await guest.choose(12);
    await guest.pay();
    await cut('**/api/jobs/render/submit');
    await page.getByRole('button', { name: 'Make the video' }).click();
    await recovers('The plan');
    await guest.progress.waitFor();
    await cut('**/api/jobs/render/cancel/*');
    await page.getByRole('button', { name: /^Cancel/ }).click();
    await recovers('Your video');
    await page.getByText('Cancelled. Your credit is yours again.').waitFor();
  });

  it('goes on with a new link where the one of the video has expired', async () => {
    const links: string[] = [];
    await page.route(LINKS, async (route) => {
      const response = await route.fetch();
      const { download_url: fresh, ...rest } = (await response.json()) as { readonly download_url: string };
      const url = links.length === 0 ? ofYesterday(fresh) : fresh;
      links.push(url);
      await route.fulfill({ response, json: { ...rest, download_url: url } });
    });
    await page.goto(`/?job=${jobId}`);
    await eventually('another link is asked for', () => links.length > 1);
    const [expired = ''] = links;
    expect(await (await fetch(expired)).text()).toContain('ExpiredToken');
    await page.locator('video').evaluate(isPlayable);
    expect(links).toHaveLength(2);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('has a new link before the one of the video expires', async () => {
    // Links that were signed within one second are the same; a number tells them apart.
    let links = 0;
    await page.route(LINKS, async (route) => {
      const response = await route.fetch();
      const { download_url: url, ...rest } = (await response.json()) as { readonly download_url: string };
      links += 1;
      await route.fulfill({ response, json: { ...rest, download_url: `${url}#${links}` } });
    });
    await page.clock.install();
    await page.goto(`/?job=${jobId}`);
    await page.locator('a[href$="#1"]').waitFor();
    await page.clock.fastForward(DAY_MS - 300_000);
    await page.locator('a[href$="#2"]').waitFor();
    expect(links).toBe(2);
  });

  it('sends another link to confirm the address, when it may', async () => {
    const refusal = new RateLimitError('RATE_LIMIT_EXCEEDED', { details: { retry_after: 60 } });
    const { status, headers, body } = toErrorReply(refusal, { requestId: randomUUID(), bodyLimitBytes: 0 });
    let refused = 0;
    await page.route('**/api/auth/resend-verification', async (route) => {
      refused += 1;
      if (refused > 1) await route.continue();
      else await route.fulfill({ status, headers: { ...headers }, body });
    });
    const mailed = await mailsTo(stage.product.sandboxOrigin, guest.email);
    await page.goto('/');
    await page.getByRole('button', { name: 'Send a new link' }).click();
    await page.getByRole('alert').getByText('One moment').waitFor();
    await page.getByText(/^by itself in \d+ s$/).waitFor();
    expect(await guest.visitor.look('new-link')).toEqual([]);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('a new link is on its way').waitFor();
    await eventually(
      'the mail arrives',
      async () => (await mailsTo(stage.product.sandboxOrigin, guest.email)).length > mailed.length,
    );
    expect(refused).toBe(2);
  });

  it.each(['/verify-email', '/reset-password'])('says that a link of %s is used up', async (path) => {
    await page.goto(`${path}?token=${'x'.repeat(43)}`);
    if (path === '/reset-password') {
      await page.getByRole('textbox', { name: 'New password' }).fill('another-horse-2');
      await page.getByRole('button', { name: 'Set the password' }).click();
    }
    await page.getByRole('alert').getByText('This link does not work any more').waitFor();
    if (path === '/verify-email') {
      await page.getByRole('button', { name: 'Send a new link' }).click();
      await page.getByText('a new link is on its way').waitFor();
    }
  });
});

/** A signed link as it was issued a while ago, for less time than has passed since. */
function ofYesterday(link: string): string {
  const url = new URL(link);
  const day = new Date(Date.now() - 2 * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
  const date = url.searchParams.get('X-Goog-Date') ?? '';
  const credential = url.searchParams.get('X-Goog-Credential') ?? '';
  url.searchParams.set('X-Goog-Date', `${day}${date.slice(8)}`);
  url.searchParams.set('X-Goog-Credential', credential.replace(date.slice(0, 8), day));
  return url.href;
}

/** Runs in the page. Resolves once the video can be played. */
async function isPlayable(element: unknown): Promise<void> {
  const video = element as { readonly readyState: number; addEventListener: (type: string, done: () => void) => void };
  if (video.readyState >= 1) return;
  await new Promise<void>((resolve) => {
    video.addEventListener('loadedmetadata', resolve);
  });
}
