import type { Browser } from 'playwright-core';
import { type Finding, percentile } from '../findings.ts';

const LOADS = 15;
const MAX_MEDIAN_MS = 1_000;

/**
 * Runs in the page before its own scripts. Usable: the form, the field for the track and the plans with their prices are there, and
 * the browser has nothing to do that would keep a click waiting. Then the preview: a canvas of more than the default size is drawn on.
 */
const WATCH = `
const once = (isThere) => new Promise((resolve) => {
  const look = () => {
    if (isThere()) requestIdleCallback(() => resolve(performance.now()));
    else requestAnimationFrame(look);
  };
  look();
});
globalThis.usable = once(() =>
  ['input[name=email]', 'input[type=file]', 'input[name=tier]'].every((each) => document.querySelector(each) !== null));
globalThis.pictured = once(() => (document.querySelector('canvas')?.width ?? 0) > 300);
`;

interface Load {
  readonly usableMs: number;
  readonly picturedMs: number;
}

/** From the start of the navigation until the studio can be used, and until it shows an example, by somebody who was never there. */
export async function untilStudioIsUsable(browser: Browser, origin: string): Promise<readonly Finding[]> {
  const loads: Load[] = [];
  for (let load = 0; load < LOADS; load += 1) loads.push(await coldLoad(browser, origin));
  const usable = loads.map(({ usableMs }) => usableMs);
  return [
    {
      what: `the studio can be used, ${LOADS} cold loads`,
      figure: inWords(usable),
      bar: `≤ ${MAX_MEDIAN_MS} ms`,
      met: percentile(usable, 0.5) <= MAX_MEDIAN_MS,
    },
    {
      what: 'its preview is drawn',
      figure: inWords(loads.map(({ picturedMs }) => picturedMs)),
      bar: null,
      met: true,
    },
  ];
}

/** One load with nothing in any cache. */
async function coldLoad(browser: Browser, origin: string): Promise<Load> {
  const context = await browser.newContext();
  try {
    await context.addInitScript({ content: WATCH });
    const page = await context.newPage();
    await page.goto(origin);
    return { usableMs: await page.evaluate<number>('usable'), picturedMs: await page.evaluate<number>('pictured') };
  } finally {
    await context.close();
  }
}

function inWords(durationsMs: readonly number[]): string {
  const [fastest, slowest] = [Math.min(...durationsMs), Math.max(...durationsMs)];
  return `${percentile(durationsMs, 0.5).toFixed(0)} ms  (min ${fastest.toFixed(0)}, max ${slowest.toFixed(0)})`;
}
