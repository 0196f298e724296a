import { randomInt } from 'node:crypto';
import { Client } from 'pg';
import type { Browser, Page } from 'playwright-core';
import { type Finding, percentile } from '../findings.ts';
import { KillablePostgres } from '../monitoring/killable-postgres.ts';
import { Operator, PASSWORD } from '../monitoring/operator.ts';
import { MeasuredProduct, withStateDir } from '../product-process.ts';
import { ErrorStorm, fillGroups, GROUPS } from './many-groups.ts';

const ADMIN = 'operator@bench.example';
const ERRORS_PER_SECOND = 50;
const MEASURED_MS = 15_000;
/** New errors, one after another, whose groups are waited for. */
const NEW_ERRORS = 5;
const MAX_SHOWN_MS = 3_000;
/** A screen that shows 50 frames a second has 20 ms for each. */
const MAX_FRAME_MS = 20;

const PLACES = [
  { name: 'Now', ready: 'the latest 100, live' },
  { name: 'Errors', ready: 'Page 1' },
  { name: 'Alerts', ready: 'History' },
] as const;

/** Frames of the operators' page while it shows many groups and a stream of errors. */
export async function framesOfDashboard(browser: Browser): Promise<readonly Finding[]> {
  return await withStateDir(async (stateDir) => {
    const postgres = await KillablePostgres.start(stateDir);
    const limits = { RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_PER_HOUR: '1000000' };
    const env = { DATABASE_URL: postgres.url, ADMIN_EMAILS: ADMIN, ...limits };
    const product = await MeasuredProduct.start(stateDir, env);
    const database = new Client({ connectionString: postgres.url });
    await database.connect();
    try {
      await fillGroups(database);
      await Operator.signUp(product.origin, database, ADMIN);
      const page = await browser.newPage({ baseURL: product.origin, viewport: { width: 1440, height: 900 } });
      return await measure(page, database);
    } finally {
      await database.end();
      await product.stop();
      await postgres.close();
    }
  });
}

async function measure(page: Page, database: Client): Promise<readonly Finding[]> {
  await page.goto('/admin');
  await page.getByLabel('E-mail').fill(ADMIN);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const findings: Finding[] = [];
  for (const { name, ready } of PLACES) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByText(ready).first().waitFor();
    const storm = new ErrorStorm(database, ERRORS_PER_SECOND);
    const intervalsMs = await frames(page, MEASURED_MS);
    const written = await storm.end();
    findings.push(frameFinding(name, intervalsMs, written));
  }
  return [...findings, await untilGroupsAreShown(page)];
}

/** From an error of a kind that there was not before until the list of groups shows it. */
async function untilGroupsAreShown(page: Page): Promise<Finding> {
  await page.getByRole('link', { name: 'Errors', exact: true }).click();
  await page.getByText('Page 1').first().waitFor();
  const tookMs: number[] = [];
  while (tookMs.length < NEW_ERRORS) {
    const message = `never seen: ${word()}`;
    const startedMs = performance.now();
    await page.request.post('/api/logs', { data: { name: 'TypeError', message, stack: `TypeError: ${message}` } });
    await page.getByText(message).first().waitFor();
    tookMs.push(performance.now() - startedMs);
  }
  return {
    what: `dashboard, a new group among ${GROUPS} shown after`,
    figure: `median ${percentile(tookMs, 0.5).toFixed(0)} ms, longest ${Math.max(...tookMs).toFixed(0)} ms`,
    bar: `≤ ${MAX_SHOWN_MS} ms`,
    met: Math.max(...tookMs) <= MAX_SHOWN_MS,
  };
}

/** Letters only: digits are what errors of one group may differ in. */
function word(): string {
  return Array.from({ length: 12 }, () => String.fromCodePoint(97 + randomInt(26))).join('');
}

interface BrowserGlobals {
  readonly requestAnimationFrame: (draw: (nowMs: number) => void) => number;
}

/** Time between the frames that the page draws. */
async function frames(page: Page, forMs: number): Promise<readonly number[]> {
  return await page.evaluate(
    async (limitMs) =>
      await new Promise<number[]>((resolve) => {
        const { requestAnimationFrame } = globalThis as unknown as BrowserGlobals;
        const intervals: number[] = [];
        const start = performance.now();
        let last = start;
        const frame = (now: number): void => {
          intervals.push(now - last);
          last = now;
          if (now - start < limitMs) requestAnimationFrame(frame);
          else resolve(intervals.slice(1));
        };
        requestAnimationFrame(frame);
      }),
    forMs,
  );
}

function frameFinding(place: string, intervalsMs: readonly number[], written: number): Finding {
  const [middle, slow, slowest] = [
    percentile(intervalsMs, 0.5),
    percentile(intervalsMs, 0.95),
    Math.max(...intervalsMs),
  ];
  const perSecond = (intervalsMs.length / intervalsMs.reduce((sum, one) => sum + one, 0)) * 1_000;
  return {
    what: `dashboard, ${place}, ${GROUPS} groups, ${Math.round((written / MEASURED_MS) * 1_000)} errors/s`,
    figure: `${perSecond.toFixed(1)} frames/s, median ${middle.toFixed(1)} ms, p95 ${slow.toFixed(1)} ms, longest ${slowest.toFixed(0)} ms`,
    bar: `≥ 50 frames/s, p95 ≤ ${MAX_FRAME_MS} ms`,
    met: perSecond >= 50 && slow <= MAX_FRAME_MS,
  };
}
