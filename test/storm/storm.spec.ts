import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ProductUnderTest } from '../support/product.js';
import { Storm } from './storm.js';
import { stormOptions } from './storm-options.js';

/** Real: one api and two workers on PostgreSQL, killed without warning; the vendors are doubles that fail in every way. */
describe('the storm', () => {
  const options = stormOptions();
  let database: TestDatabase;
  let product: ProductUnderTest;

  beforeAll(async () => {
    database = await createTestDatabase();
    product = await ProductUnderTest.prepare(database.url);
  }, 90_000);

  afterAll(async () => {
    await product.stop();
    await database.close();
  }, 90_000);

  it(
    'leaves every customer served and the books balanced',
    async () => {
      const say = (line: string): void => {
        process.stdout.write(`storm: ${line}\n`);
      };
      const storm = await Storm.prepare(product, database.dataSource, options, say);
      const { complaints, discrepancies } = await storm.run(database.url);
      say(
        discrepancies.length + complaints.length === 0
          ? 'the books balance'
          : `NOT WELL: ${discrepancies.length} discrepancies, ${complaints.length} complaints`,
      );
      expect(discrepancies).toEqual([]);
      expect(complaints).toEqual([]);
    },
    (options.minutes + 40) * 60_000,
  );
});
