import { envelopeProblems } from '../../support/envelope.js';
import { type EdgeApp, startEdgeApp } from '../../support/edge-app.js';
import { HOSTILE_REQUESTS } from '../../support/hostile-requests.js';
import { ask, parseResponses } from '../../support/raw-http.js';

describe('the HTTP edge under hostile requests', () => {
  let edge: EdgeApp;

  beforeAll(async () => {
    edge = await startEdgeApp();
  });

  afterAll(async () => {
    await edge.close();
  });

  it.each(HOSTILE_REQUESTS)('answers $name with the envelope', async ({ bytes, status, toHead = false }) => {
    const responses = parseResponses(await ask(edge.address, bytes, toHead), toHead);
    const [response] = responses;
    if (response === undefined) throw new Error('no answer');
    expect(envelopeProblems(response, toHead)).toEqual([]);
    expect(status).toContain(response.status);
    expect(responses).toHaveLength(1);
  });

  it('is still well afterwards', async () => {
    const response = await fetch(`http://127.0.0.1:${edge.address.port}/api/payments/tiers`);
    expect(response.status).toBe(200);
  });
});
