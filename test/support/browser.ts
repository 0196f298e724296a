import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from './chromium.js';

const SCREENSHOTS = 'test/output/screenshots';
const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What the first load of a page may cost in compressed script. */
export const MAX_SCRIPT_BYTES = 150_000;

/** Sizes of the smallest phone and of a usual screen. */
export const VIEWPORTS = { 360: { width: 360, height: 780 }, 1440: { width: 1440, height: 900 } } as const;
export const SCHEMES = ['dark', 'light'] as const;

/** A person in front of a browser window with nothing remembered, and what that window complained about. */
export class Visitor {
  private readonly seen: string[] = [];
  private readonly origins = new Set<string>();

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    context.on('page', (page) => this.listenTo(page));
    this.listenTo(page);
  }

  static async arrive(browser: Browser, origin: string): Promise<Visitor> {
    const context = await browser.newContext({ baseURL: origin, viewport: VIEWPORTS[1440], colorScheme: 'dark' });
    context.setDefaultTimeout(20_000);
    return new Visitor(context, await context.newPage());
  }

  /** Errors on the console, scripts that threw, and breaches of the content security policy, since the last call. */
  complaints(): readonly string[] {
    return this.seen.splice(0);
  }

  /** Every origin that was asked for anything. */
  askedOrigins(): readonly string[] {
    return [...this.origins];
  }

  /** Breaches of WCAG 2.2 A and AA that axe finds on the page as it is. */
  async axeFindings(): Promise<readonly string[]> {
    const isThere = await this.page.evaluate(() => 'axe' in globalThis);
    // Once for each document: to compile it takes about as long as to judge the page.
    if (!isThere) await this.page.evaluate(AXE);
    return await this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run: (options: object) => Promise<AxeResult> } };
      const { violations } = await axe.run({
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
        // What is well is not described, and what is wrong not by selectors.
        resultTypes: ['violations'],
        selectors: false,
      });
      return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' | ')}`);
    });
  }

  /**
   * Looks at the page as it is, in both colour schemes and at both widths: takes a picture of each, and says what is wrong.
   *
   * @returns what axe finds, and whether anything has to be scrolled sideways.
   */
  async look(name: string): Promise<readonly string[]> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const problems: string[] = [];
    // A change of the colours is quick; a change of the width lays everything out anew.
    for (const viewport of Object.values(VIEWPORTS)) {
      await this.page.setViewportSize(viewport);
      for (const scheme of SCHEMES) {
        await this.page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        const where = `${name}-${scheme}-${viewport.width}`;
        const path = join(SCREENSHOTS, `${where}.png`);
        await this.page.screenshot({ path, fullPage: true, animations: 'disabled' });
        const findings = await this.axeFindings();
        problems.push(...findings.map((finding) => `${where}: ${finding}`));
        const scrolls = await this.page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');
        if (scrolls) problems.push(`${where}: wider than the window`);
      }
    }
    await this.page.setViewportSize(VIEWPORTS[1440]);
    await this.page.emulateMedia({ colorScheme: 'dark', reducedMotion: null });
    return problems;
  }

  /** Opens the page at `path`. @returns bytes of the scripts that its first load takes, compressed */
  async scriptBytes(path: string): Promise<number> {
    const scripts: Promise<Buffer>[] = [];
    this.page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.push(response.body());
    });
    await this.page.goto(path, { waitUntil: 'networkidle' });
    const bodies = await Promise.all(scripts);
    return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
  }

  async leave(): Promise<void> {
    await this.context.close();
  }

  private listenTo(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error') this.seen.push(message.text());
    });
    page.on('pageerror', (error) => this.seen.push(String(error)));
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http')) this.origins.add(origin);
    });
  }
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Starts this machine's Chromium. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('There is no Chromium on this machine; see CHROMIUM_PATH');
  return await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] });
}
