import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Page, Route } from 'playwright-core';
import { track } from '../support/audio.js';
import { eventually } from '../support/eventually.js';
import { expiredToken } from '../support/expired-token.js';
import { PageStage } from '../support/page-stage.js';
import { StudioGuest } from '../support/studio-guest.js';
import { FFMPEG } from '../support/video.js';

/** Seconds of music: enough for somebody to come and look on while the video is made. */
const LONG = 12;

/** Real: the built product, its pages and Chromium; the vendors are sandbox doubles in a process of their own. */
describe('a session in the studio', () => {
  let stage: PageStage;
  let guest: StudioGuest;
  let page: Page;

  beforeAll(async () => {
    stage = await PageStage.open();
  }, 180_000);

  afterAll(async () => {
    await stage.close();
  }, 30_000);

  beforeEach(async () => {
    guest = await StudioGuest.arrive(stage);
    ({ page } = guest);
  });

  afterEach(async () => {
    await guest.leave();
  });

  it('goes on when its access token expires, and nobody notices', async () => {
    let renewals = 0;
    let isOutdated = true;
    await page.route('**/api/auth/web/*', async (route) => {
      const isRenewal = route.request().url().endsWith('/refresh');
      if (isRenewal) renewals += 1;
      if (!isOutdated) {
        await route.continue();
        return;
      }
      isOutdated = !(await outdate(route));
    });
    await guest.register();
    await page.getByText('No payments yet.').waitFor();
    const afterLists = renewals;
    await guest.choose(1);
    await guest.pay();
    isOutdated = true;
    await page.reload();
    await guest.make();
    await guest.getsVideo();
    expect(await page.getByText('Your session is over').count()).toBe(0);
    expect([afterLists, renewals]).toEqual([2, 5]);
  }, 120_000);

  it('asks who is there when it was ended elsewhere, and loses nothing', async () => {
    await guest.register();
    await guest.choose(2);
    await page.getByLabel('Title in the picture').fill('Night Drive');
    await page.getByRole('radio', { name: 'Circular' }).check();
    await endElsewhere();
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.getByText('Your session is over').waitFor();
    expect(await guest.visitor.look('session-over')).toEqual([]);
    await guest.signIn('another-horse-2');
    await page.getByText('night-drive.wav').waitFor();
    expect(await page.getByLabel('Title in the picture').inputValue()).toBe('Night Drive');
    expect(await page.getByRole('radio', { name: 'Circular' }).isChecked()).toBe(true);
    await guest.pay();
  }, 90_000);

  it('that has run out in mid-render leads back to the video', async () => {
    await guest.register();
    await guest.choose(2);
    await guest.pay();
    await guest.make();
    await guest.visitor.context.clearCookies();
    await page.reload();
    await guest.signIn();
    await page.getByRole('heading', { name: 'Your video', exact: true }).waitFor();
    await guest.getsVideo();
  }, 120_000);

  it('may be open in two browsers, and both watch one video being made', async () => {
    await guest.register();
    await guest.choose(LONG);
    await guest.pay();
    const other = await StudioGuest.arrive(stage, guest.email);
    try {
      await other.page.goto('/');
      await other.page.getByRole('button', { name: 'I have an account' }).click();
      await other.signIn();
      await guest.make();
      await other.page.reload();
      await other.page.getByRole('button', { name: 'Open Untitled' }).click();
      const both = [guest, other];
      await eventually('both see it in the middle', async () => {
        const shares = await Promise.all(
          both.map(async ({ progress }) => Number(await progress.getAttribute('value'))),
        );
        return shares.every((share) => share > 0 && share < 100);
      });
      await Promise.all(both.map(async (each) => await each.getsVideo()));
    } finally {
      await other.leave();
    }
  }, 180_000);

  it('takes a compressed track, or the one of REAL_TRACK, from the disk to the video', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'oriel-track-'));
    try {
      await guest.register();
      await guest.choose(trackOnDisk(directory));
      await page.getByRole('slider', { name: 'Position in the track' }).waitFor();
      await guest.pay();
      await guest.make();
      await guest.getsVideo();
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }, 180_000);

  /** Lets the page have an access token whose time is over. @returns false where there was none to hand out */
  async function outdate(route: Route): Promise<boolean> {
    const response = await route.fetch();
    if (response.status() !== 200) {
      await route.fulfill({ response });
      return false;
    }
    const body = (await response.json()) as { readonly access_token: string };
    const old = expiredToken(body.access_token, stage.product.tokenSecret);
    await route.fulfill({ response, json: { ...body, access_token: old } });
    return true;
  }

  /** Sets another password on another device, which ends every other session. */
  async function endElsewhere(): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const credentials = { email: guest.email, password: guest.password };
    const { origin } = stage.product;
    const login = await fetch(`${origin}/api/auth/login`, {
      method: 'POST',
      headers,
      body: JSON.stringify(credentials),
    });
    const { access_token: token } = (await login.json()) as { readonly access_token: string };
    const changed = await fetch(`${origin}/api/user/profile`, {
      method: 'PUT',
      headers: { ...headers, authorization: `Bearer ${token}` },
      body: JSON.stringify({ password: 'another-horse-2', current_password: guest.password }),
    });
    expect(changed.status).toBe(200);
  }
});

/** The beginning of the track that `REAL_TRACK` names, as it is encoded; without that an MP3 of ours. @returns its path */
function trackOnDisk(directory: string): string {
  const real = process.env['REAL_TRACK'];
  const path = join(directory, `from-the-disk${real === undefined ? '.mp3' : extname(real)}`);
  const source = real === undefined ? ['-i', 'pipe:0'] : ['-i', real, '-vn', '-c', 'copy'];
  const { status, stderr } = spawnSync(FFMPEG, [...source, '-t', String(LONG), path], {
    input: real === undefined ? track(LONG) : '',
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`There is no ${path}:\n${stderr}`);
  return path;
}
