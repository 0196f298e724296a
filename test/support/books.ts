import type { DataSource } from 'typeorm';
import { mailDiscrepancies } from './books/mail-books.js';
import { objectDiscrepancies } from './books/object-books.js';
import { paymentDiscrepancies } from './books/payment-books.js';
import type { ProductUnderTest } from './product.js';
import { eventually } from './eventually.js';

/** Runs a statement and gives its rows. */
export type Query = <Row>(sql: string) => Promise<readonly Row[]>;

/**
 * Holds what the product has written down against what the doubles and the disk have. It asks for a product at rest: what is
 * still on its way is a discrepancy as well. Every payment has one job or is one unused credit, every completed job has its
 * objects with the bytes they were stored with, every fact has its one mail; there are no temporary files and no orphans.
 *
 * @returns the discrepancies in plain words; none when the books balance
 */
export async function books(product: ProductUnderTest, dataSource: DataSource): Promise<readonly string[]> {
  const query: Query = async (sql) => await dataSource.query(sql);
  const [payments, objects, mails] = await Promise.all([
    paymentDiscrepancies(query, product.sandbox),
    objectDiscrepancies(query, product),
    mailDiscrepancies(query, product.sandbox),
  ]);
  const files = product.temporaryFiles().map((name) => `temporary directory ${name} was left behind`);
  return [...payments, ...objects, ...mails, ...files];
}

/**
 * Looks at the books until they balance, as the last mail and the last clearing up may still be under way.
 *
 * @returns what is still wrong after `limitMs`
 */
export async function settledBooks(
  product: ProductUnderTest,
  dataSource: DataSource,
  limitMs: number,
): Promise<readonly string[]> {
  let found: readonly string[] = [];
  const balance = async (): Promise<boolean> => {
    found = await books(product, dataSource);
    return found.length === 0;
  };
  try {
    await eventually('the books balance', balance, limitMs);
  } catch (error) {
    // What is wrong says more than that something is; only a look that itself failed is passed on.
    if (found.length === 0) throw error;
  }
  return found;
}
