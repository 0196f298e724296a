/** What the pages cost those who look at them. Needs a build and a Chromium on `PATH` or in `CHROMIUM_PATH`. */
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../test/support/chromium.ts';
import { type Finding, report } from './findings.ts';
import { framesOfDashboard } from './pages/dashboard.ts';
import { untilStudioIsUsable } from './pages/studio.ts';
import { MeasuredProduct, withStateDir } from './product-process.ts';

const executablePath = findChromium();
if (executablePath === null) throw new Error('There is no Chromium on this machine; see CHROMIUM_PATH');

const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] });
try {
  report('The pages, on loopback', [...(await studio()), ...(await framesOfDashboard(browser))]);
} finally {
  await browser.close();
}

async function studio(): Promise<readonly Finding[]> {
  return await withStateDir(async (stateDir) => {
    const product = await MeasuredProduct.start(stateDir);
    try {
      return await untilStudioIsUsable(browser, product.origin);
    } finally {
      await product.stop();
    }
  });
}
