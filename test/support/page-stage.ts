import type { Browser } from 'playwright-core';
import { launchBrowser, Visitor } from './browser.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { DatabaseProxy } from './database-proxy.js';
import { type Doubles, ProductUnderTest } from './product.js';

export interface StageOptions {
  readonly doubles?: Doubles;
  /** Of the product, beside what every product under test has. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The built product on a database of its own, and a Chromium for those who visit its pages. */
export class PageStage {
  private constructor(
    private readonly database: TestDatabase,
    private readonly browser: Browser,
    readonly product: ProductUnderTest,
    /** The product's way to its database. */
    readonly databaseProxy: DatabaseProxy,
  ) {}

  static async open({ doubles, env }: StageOptions = {}): Promise<PageStage> {
    const database = await createTestDatabase();
    const proxy = await DatabaseProxy.start(database.url);
    const product = await ProductUnderTest.prepare(proxy.url, doubles);
    const [browser] = await Promise.all([launchBrowser(), product.startInstance(env)]);
    return new PageStage(database, browser, product, proxy);
  }

  async arrive(): Promise<Visitor> {
    return await Visitor.arrive(this.browser, this.product.origin);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.product.stop();
    await this.databaseProxy.close();
    await this.database.close();
  }
}
