import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { envelopeProblems } from '../../support/envelope.js';
import { fuzzEdge } from '../../support/fuzz-edge.js';
import { HOSTILE_REQUESTS } from '../../support/hostile-requests.js';
import { ProductUnderTest } from '../../support/product.js';
import { type Address, ask, parseResponses } from '../../support/raw-http.js';

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 2_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_301_123);

describe('the product under hostile requests', () => {
  let database: TestDatabase;
  let product: ProductUnderTest;
  let address: Address;

  beforeAll(async () => {
    database = await createTestDatabase();
    product = await ProductUnderTest.prepare(database.url);
    await product.startInstance({ ROLE: 'api' });
    address = { host: '127.0.0.1', port: product.port };
  }, 120_000);

  afterAll(async () => {
    await product.stop();
    await database.close();
  }, 60_000);

  it.each(HOSTILE_REQUESTS)('answers $name with the envelope', async ({ bytes, status, toHead = false }) => {
    const [response] = parseResponses(await ask(address, bytes, toHead), toHead);
    if (response === undefined) throw new Error('no answer');
    expect(envelopeProblems(response, toHead)).toEqual([]);
    expect(status).toContain(response.status);
  });

  it('never answers a random request with 5xx, anything but the envelope, or nothing', async () => {
    const { sent, findings } = await fuzzEdge(address, REQUESTS, SEED);
    expect(findings.slice(0, 10)).toEqual([]);
    expect(sent).toBe(REQUESTS);
  }, 600_000);

  it('lets a client that is still sending a refused body read why', async () => {
    const body = Buffer.alloc(8_388_608, 'a');
    const type = 'Content-Type: application/json\r\n';
    const head = `POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\n${type}Content-Length: ${body.length}\r\n\r\n`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(address, [head, body])));
    expect(answers.map((bytes) => parseResponses(bytes).map(({ status }) => status))).toEqual(answers.map(() => [413]));
  });

  it('is ready afterwards', async () => {
    const response = await fetch(`${product.origin}/health/ready`);
    expect(response.status).toBe(200);
  });
});
