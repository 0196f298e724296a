import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import type { Page } from 'playwright-core';
import { ssim } from 'ssim.js';
import { track } from '../support/audio.js';
import type { Visitor } from '../support/browser.js';
import type { Customer } from '../support/customer.js';
import { eventually } from '../support/eventually.js';
import { PageStage } from '../support/page-stage.js';
import type { ProductUnderTest } from '../support/product.js';
import { FFMPEG } from '../support/video.js';

const SECONDS = 3;
const FPS = 30;
const SIZE = { width: 854, height: 480 } as const;
const AT_SECONDS = [1, 2.4] as const;
/** What the preview owes the video, as a structural similarity. */
const ENOUGH = 0.95;

interface Pixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

interface Case {
  readonly look: string;
  readonly name: string;
  readonly title: string;
}

/** Real: the built product, its pages, Chromium and ffmpeg; the vendors are sandbox doubles. */
describe('the preview', () => {
  let stage: PageStage;
  let product: ProductUnderTest;
  let visitor: Visitor;
  let page: Page;
  const directory = mkdtempSync(join(tmpdir(), 'oriel-preview-'));
  const audio = track(SECONDS);

  beforeAll(async () => {
    stage = await PageStage.open();
    ({ product } = stage);
  }, 180_000);

  afterAll(async () => {
    await stage.close();
    rmSync(directory, { recursive: true, force: true });
  }, 30_000);

  beforeEach(async () => {
    visitor = await stage.arrive();
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

  it.each<Case>([
    { look: 'bars', name: 'Bars', title: 'Night Drive' },
    { look: 'waveform', name: 'Waveform', title: '夜のドライブ 🚗' },
    { look: 'circular', name: 'Circular', title: 'שלום ไทย 𝓝' },
    { look: 'spectrum', name: 'Spectrum', title: '' },
  ])('shows of $look what is rendered', async ({ look, name, title }) => {
    await page.getByRole('radio', { name }).check();
    await page.getByLabel('Size').selectOption('854x480');
    await page.getByLabel('Title in the picture').fill(title);
    const video = await rendered(await product.newCustomer(), look, title);
    for (const seconds of AT_SECONDS) {
      const [shown, drawn] = [await previewAt(seconds), frameAt(video, seconds)];
      const { mssim } = ssim(await pixelsOf(shown), drawn);
      expect({ seconds, mssim, isAlike: mssim >= ENOUGH }).toEqual({ seconds, mssim, isAlike: true });
    }
    expect(visitor.complaints()).toEqual([]);
  });

  it('moves while the track plays, and stops with it', async () => {
    const picture = page.getByRole('img', { name: /^Preview of the look/ });
    const position = page.getByRole('slider', { name: 'Position in the track' });
    await picture.waitFor();
    const before = Number(await position.inputValue());
    await page.getByRole('button', { name: 'Play' }).click();
    await eventually('the position moves on', async () => Number(await position.inputValue()) > before + 0.3);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Play' }).waitFor();
  });

  it('says so when the browser cannot play a file, and lets it be sent all the same', async () => {
    const broken = { name: 'noise.mp3', mimeType: 'audio/mpeg', buffer: Buffer.alloc(2_048, 7) };
    await page.getByLabel('Audio file').setInputFiles(broken);
    await page.getByText('This browser cannot play the file').waitFor();
    expect(await page.getByRole('slider').count()).toBe(0);
  });

  /** The picture at this moment, once everything that was chosen is drawn. */
  async function previewAt(seconds: number): Promise<Buffer> {
    await page.getByRole('slider', { name: 'Position in the track' }).fill(String(seconds));
    const canvas = page.getByRole('img', { name: /^Preview of the look/ });
    let last = '';
    for (let same = 0; same < 3;) {
      // Drawn only after a pause in the person's choosing, and when the fonts are there.
      await page.waitForTimeout(400);
      const now = await canvas.evaluate((element) => (element as unknown as { toDataURL: () => string }).toDataURL());
      same = now === last ? same + 1 : 0;
      last = now;
    }
    return Buffer.from(last.slice(last.indexOf(',') + 1), 'base64');
  }

  async function rendered(customer: Customer, visualization: string, title: string): Promise<string> {
    const { paymentId } = await customer.pay();
    const submitted = await customer.submit<{ job_id: string }>(paymentId, audio, {
      visualization,
      fps: FPS,
      color: '#7c5cff',
      background_color: '#0b0d17',
      title: title === '' ? null : title,
    });
    expect(submitted.status).toBe(202);
    const { job_id: jobId } = submitted.body;
    await customer.waitForJob(jobId, ({ status }) => status === 'completed');
    const { body } = await customer.get<{ download_url: string }>(`/api/jobs/render/download/${jobId}`);
    const path = join(directory, `${visualization}.mp4`);
    writeFileSync(path, new Uint8Array(await (await fetch(body.download_url)).arrayBuffer()));
    return path;
  }

  /** Raw, since this ffmpeg writes the gamma of the video into a PNG, by which its reader would then change the colours. */
  function frameAt(video: string, seconds: number): Pixels {
    const filter = `select=eq(n\\,${Math.round(seconds * FPS)}),scale=in_color_matrix=bt709:in_range=tv,format=rgba`;
    const { stdout, stderr, status } = spawnSync(
      FFMPEG,
      ['-v', 'error', '-i', video, '-vf', filter, '-frames:v', '1', '-f', 'rawvideo', '-'],
      { maxBuffer: 64 * 1_024 * 1_024 },
    );
    if (status !== 0) throw new Error(`No frame at ${seconds} s: ${stderr.toString()}`);
    return { data: new Uint8ClampedArray(stdout), ...SIZE };
  }
});

async function pixelsOf(png: Buffer): Promise<Pixels> {
  const image = await loadImage(png);
  const canvas = createCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}
