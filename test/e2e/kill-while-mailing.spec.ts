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

  it('while mailing: the mail is sent after a restart, once', async () => {
    const first = await scenario.product.startInstance();
    const { customer, jobId } = await scenario.submitted(2);
    await scenario.product.injectFault('sendgrid', { kind: 'hang' });
    await customer.waitForJob(jobId, ({ status }) => status === 'completed');
    await scenario.product.faultWasHit('sendgrid');
    await first.end('SIGKILL');
    await scenario.product.clearFault('sendgrid');
    await scenario.product.startInstance();
    await scenario.expectCompletedOnce(customer, jobId);
  }, 240_000);
});
