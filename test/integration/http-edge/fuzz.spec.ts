import { type EdgeApp, startEdgeApp } from '../../support/edge-app.js';
import { fuzzEdge } from '../../support/fuzz-edge.js';

/** A quick run on each build; FUZZ_REQUESTS asks for a thorough one. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 2_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_301_123);

describe('the HTTP edge under random requests', () => {
  let edge: EdgeApp;

  beforeAll(async () => {
    edge = await startEdgeApp();
  });

  afterAll(async () => {
    await edge.close();
  });

  it('never answers 5xx, anything but the envelope, or nothing', async () => {
    const { sent, statuses, findings } = await fuzzEdge(edge.address, REQUESTS, SEED);
    expect(findings.slice(0, 10)).toEqual([]);
    expect(sent).toBe(REQUESTS);
    // The requests must have got somewhere for this to mean anything.
    expect(Object.keys(statuses)).toEqual(expect.arrayContaining(['200', '400', '404', '405', '415', '422']));
  }, 600_000);
});
