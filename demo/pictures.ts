/** Takes the README's picture of the dashboard from the running product, while Stripe is broken. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { chromium, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../test/support/chromium.ts';
import { ApiClient, ApiFailure } from './api-client.ts';
import { registerAndVerify } from './journey.ts';
import { type RunningServer, startServer } from './server.ts';
import { say } from './terminal.ts';

/** The administrator of a product that is told of none. */
const OPERATOR = 'admin@oriel.localhost';
const PICTURE = 'docs/images/dashboard.webp';
const SIZE = { width: 1280, height: 926 } as const;
const QUALITY = 72;
const MAX_BYTES = 80_000;

const executablePath = findChromium();
if (executablePath === null) throw new Error('There is no Chromium on this machine; see CHROMIUM_PATH');

const stateDir = await mkdtemp(join(tmpdir(), 'oriel-pictures-'));
const server = await startServer(stateDir, { ADMIN_EMAILS: '', INSTANCE_ID: 'studio-1' });
const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] });
try {
  const page = await browser.newPage({ baseURL: server.origin, viewport: SIZE, colorScheme: 'dark' });
  await signIn(page);
  await breakStripe(server);
  await page.getByText(/Next attempt/).waitFor();
  await page.getByText('STRIPE_UNAVAILABLE').first().waitFor();
  await writeFile(PICTURE, await asWebp(await page.screenshot()));
  say(`${PICTURE} was taken.`);
} finally {
  await browser.close();
  await server.stop();
  await rm(stateDir, { recursive: true, force: true });
}

async function signIn(page: Page): Promise<void> {
  const secrets = await readFile(join(stateDir, 'secrets.json'), 'utf8');
  const { adminPassword } = JSON.parse(secrets) as { readonly adminPassword: string };
  await page.goto('/admin');
  await page.getByLabel('E-mail').fill(OPERATOR);
  await page.getByLabel('Password').fill(adminPassword);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('the latest 100, live').waitFor();
}

/** Breaks Stripe and lets customers meet it, until its circuit is open. */
async function breakStripe({ origin, sandboxOrigin }: RunningServer): Promise<void> {
  const customer = new ApiClient(origin);
  await registerAndVerify(customer, sandboxOrigin);
  const broken = await fetch(`${sandboxOrigin}/sandbox/faults/stripe`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'status', status: 500 }),
  });
  if (!broken.ok) throw new Error(`The sandbox answered ${broken.status}`);
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await customer.post('/api/payments/create-session', { tier: 'basic' }).catch((error: unknown) => {
      if (!(error instanceof ApiFailure)) throw error;
    });
  }
}

async function asWebp(png: Buffer): Promise<Buffer> {
  const image = await loadImage(png);
  const canvas = createCanvas(image.width, image.height);
  canvas.getContext('2d').drawImage(image, 0, 0);
  const picture = await canvas.encode('webp', QUALITY);
  if (picture.length > MAX_BYTES) throw new Error(`The picture has ${picture.length} bytes`);
  return picture;
}
