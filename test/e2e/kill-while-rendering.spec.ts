import { KillScenario } from '../support/kill-scenario.js';

/** Real: everything but the vendors, whose doubles live on while the product is killed. */
describe('kill -9', () => {
  let scenario: KillScenario;

  beforeEach(async () => {
    scenario = await KillScenario.prepare();
  }, 60_000);

  afterEach(async () => {
    await scenario.end();
  }, 60_000);

  it('while rendering: the job completes after a restart, once, with one mail', async () => {
    const first = await scenario.product.startInstance();
    const { customer, jobId } = await scenario.submitted(20);
    await customer.waitForJob(jobId, ({ stage, progress }) => stage === 'rendering' && progress > 5);
    await first.end('SIGKILL');
    await scenario.product.startInstance();
    await scenario.expectCompletedOnce(customer, jobId);
  }, 240_000);
});
