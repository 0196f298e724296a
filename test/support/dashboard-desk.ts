import type { Page } from 'playwright-core';
import type { Visitor } from './browser.js';
import type { Customer } from './customer.js';
import { ADMIN } from './operator.js';
import { PageStage, type StageOptions } from './page-stage.js';
import type { ProductUnderTest } from './product.js';

/** Where an operator sits: the product, and a window of a browser with nothing remembered. */
interface Desk {
  readonly stage: PageStage;
  readonly product: ProductUnderTest;
  /** The administrator, away from the window. */
  readonly operator: Customer;
  readonly visitor: Visitor;
  readonly page: Page;
}

/** Opens a stage for all tests of the `describe` around it, with an administrator, and a new window for each of them. */
export function useDesk(options: () => StageOptions = () => ({})): Desk {
  let stage: PageStage;
  let operator: Customer;
  let visitor: Visitor;

  beforeAll(async () => {
    stage = await PageStage.open(options());
    operator = await stage.product.newCustomer(ADMIN);
  }, 180_000);

  afterAll(async () => {
    await stage.close();
  }, 30_000);

  beforeEach(async () => {
    visitor = await stage.arrive();
  });

  afterEach(async () => {
    await visitor.leave();
  });

  return {
    get stage() {
      return stage;
    },
    get product() {
      return stage.product;
    },
    get operator() {
      return operator;
    },
    get visitor() {
      return visitor;
    },
    get page() {
      return visitor.page;
    },
  };
}
