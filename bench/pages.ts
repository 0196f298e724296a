/** How soon the pages can be used. Needs a build and a Chromium on `PATH` or in `CHROMIUM_PATH`. */
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../test/support/chromium.ts';
import { report } from './findings.ts';
import { untilStudioIsUsable } from './pages/studio.ts';
import { MeasuredProduct, withStateDir } from './product-process.ts';

const executablePath = findChromium();
if (executablePath === null) throw new Error('There is no Chromium on this machine; see CHROMIUM_PATH');

await withStateDir(async (stateDir) => {
  const product = await MeasuredProduct.start(stateDir);
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] });
  try {
    report('The pages, on loopback', await untilStudioIsUsable(browser, product.origin));
  } finally {
    await browser.close();
    await product.stop();
  }
});
