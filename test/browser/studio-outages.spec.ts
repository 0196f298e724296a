import type { Page } from 'playwright-core';
import { FaultyFfmpeg } from '../support/faulty-ffmpeg.js';
import { PageStage } from '../support/page-stage.js';
import { StudioGuest } from '../support/studio-guest.js';

/** Seconds of music: enough for a render to be well under way when something breaks. */
const LONG = 12;
const HEALED_MS = 60_000;

/** Real: the built product, its pages, Chromium and PostgreSQL behind a proxy; ffmpeg but for the faults that are ordered. */
describe('a customer in the studio, while ffmpeg or the database is broken', () => {
  const ffmpeg = new FaultyFfmpeg();
  let stage: PageStage;
  let guest: StudioGuest;
  let page: Page;

  beforeAll(async () => {
    stage = await PageStage.open({
      env: { FFMPEG_PATH: ffmpeg.path, RENDER_CONCURRENCY: '1', RESILIENCE_RENDERING_ATTEMPTS: '2' },
    });
  }, 180_000);

  afterAll(async () => {
    await stage.close();
    ffmpeg.remove();
  }, 30_000);

  beforeEach(async () => {
    guest = await StudioGuest.arrive(stage);
    ({ page } = guest);
  });

  afterEach(async () => {
    ffmpeg.clear();
    await stage.databaseProxy.open();
    await guest.leave();
  });

  it('gets the credit back when rendering fails for good, and makes the video with it', async () => {
    await guest.register();
    await guest.choose(2);
    await guest.pay();
    ffmpeg.inject('fail', 2);
    const [submission] = await Promise.all([page.waitForResponse('**/api/jobs/render/submit'), guest.make()]);
    const notice = page.getByRole('alert');
    await notice.getByText('This video could not be made').waitFor({ timeout: HEALED_MS });
    await notice.getByText('Your credit is yours again').waitFor();
    await notice.getByText(`Request ${submission.headers()['x-request-id']}`, { exact: true }).waitFor();
    await page.getByText('Paid, not used yet').waitFor();
    await page.getByText('Failed, credit returned').waitFor();
    expect(await guest.visitor.look('job-failed')).toEqual([]);
    await page.route('**/api/jobs/render/retry/*', async (route) => await route.abort('connectionrefused'));
    await page.getByRole('button', { name: 'Make it again' }).click();
    await page.getByRole('alert').getByText('No connection').waitFor();
    await page.unroute('**/api/jobs/render/retry/*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await guest.getsVideo();
    await page.getByText('Used for a video').waitFor();
    expect(await page.getByText('Paid, not used yet').count()).toBe(0);
    expect(ffmpeg.spoiled).toBe(2);
  }, 180_000);

  it('is told when the database goes away in mid-render, and gets the video when it is back', async () => {
    await guest.register();
    await guest.choose(LONG);
    await guest.pay();
    await guest.make();
    await guest.progress.waitFor();
    await stage.databaseProxy.close();
    await page.getByText('The connection is lost').waitFor({ timeout: HEALED_MS });
    await guest.progress.waitFor();
    await stage.databaseProxy.open();
    await guest.getsVideo();
    expect(await page.getByText('The connection is lost').count()).toBe(0);
  }, 180_000);

  it('keeps the work while the database is away, and goes on by itself when it is back', async () => {
    await guest.register();
    await guest.choose(2);
    await page.getByLabel('Title in the picture').fill('Night Drive');
    await stage.databaseProxy.close();
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.getByRole('alert').getByText('Nothing is lost').waitFor();
    await page.reload();
    await page.getByRole('alert').getByText('Nothing is lost').waitFor();
    await stage.databaseProxy.open();
    await guest.isSignedIn();
    await page.getByText('night-drive.wav').waitFor();
    expect(await page.getByLabel('Title in the picture').inputValue()).toBe('Night Drive');
    await guest.pay();
  }, 120_000);
});
