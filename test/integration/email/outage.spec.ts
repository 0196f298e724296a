import { IsNull, Not } from 'typeorm';
import { Email, EmailOutbox } from '../../../src/email/index.js';
import { HealthCheckRegistry } from '../../../src/platform/health/index.js';
import { Database } from '../../../src/platform/database/index.js';
import { policyToken, type ServicePolicy } from '../../../src/platform/resilience/index.js';
import { newId } from '../../../src/platform/time/index.js';
import { eventually } from '../../support/processes.js';
import { PaymentsApp } from '../payments/payments-app.js';

/** Real: the job queue, the policy and the SDK. Fake: SendGrid, by the sandbox. */
describe('E-mail through an outage', () => {
  let app: PaymentsApp;
  let policy: ServicePolicy;

  beforeAll(async () => {
    app = await PaymentsApp.start();
    policy = app.app.get<ServicePolicy>(policyToken('sendgrid'));
  });

  afterAll(async () => {
    await app.close();
  });

  async function write(to: string, title: string): Promise<void> {
    await app.app.get(Database).transaction((manager) =>
      app.app.get(EmailOutbox).enqueue(manager, {
        template: 'render_failed',
        to,
        userId: null,
        dedupeKey: newId(),
        data: { title, reason: 'It could not be read.' },
      }),
    );
  }

  async function received(to: string): Promise<readonly string[]> {
    const { messages } = await app.stripe<{ messages: { subject: string; received_at: string }[] }>(
      `/mailbox/messages?to=${encodeURIComponent(to)}`,
    );
    return messages.map(({ subject }) => subject).toReversed();
  }

  async function pending(): Promise<number> {
    return await app.dataSource.getRepository(Email).countBy({ status: 'pending' });
  }

  it('sends a mail within two seconds of its fact', async () => {
    const startedAt = performance.now();
    await write('quick@example.com', 'Quick');
    await eventually(async () => (await received('quick@example.com')).length === 1, { what: 'the mail' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('sends what waited as soon as SendGrid takes another mail, when it was away too shortly to open the circuit', async () => {
    await app.fault('sendgrid', { kind: 'status', status: 503 });
    await write('waits@example.com', 'Waits');
    // As after several tries: it would not go out by itself within this test.
    const later = new Date(Date.now() + 3_600_000);
    const putOff = async (): Promise<boolean> => {
      const emails = app.dataSource.getRepository(Email);
      const { affected } = await emails.update({ lastErrorCode: Not(IsNull()) }, { nextAttemptAt: later });
      return affected === 1;
    };
    await eventually(putOff, { what: 'the mail to wait' });
    await app.fault('sendgrid', null);
    expect(policy.state).toBe('closed');
    await write('taken@example.com', 'Taken');
    await eventually(async () => (await received('waits@example.com')).length === 1, { what: 'the mail that waited' });
  });

  it('keeps everything while SendGrid is down and sends it in order when it is back, without waiting for a backoff', async () => {
    await app.fault('sendgrid', { kind: 'status', status: 503 });
    for (const title of ['One', 'Two', 'Three']) await write('a@example.com', title);
    for (let index = 0; index < 6; index += 1) await write(`${index}@example.com`, 'Song');
    await eventually(() => Promise.resolve(policy.state === 'open'), { what: 'the circuit to open' });
    expect(await pending()).toBe(9);
    await app.fault('sendgrid', null);
    policy.reset();
    await eventually(async () => (await pending()) === 0, { what: 'the outbox to empty' });
    expect(await received('a@example.com')).toEqual(
      ['One', 'Two', 'Three'].map((title) => `Your video could not be made: ${title}`),
    );
    expect(await app.dataSource.getRepository(Email).countBy({ status: 'dead' })).toBe(0);
  });

  it('shows on the health page', async () => {
    const checks = new Map(app.app.get(HealthCheckRegistry).entries());
    expect(await checks.get('email')?.(new AbortController().signal)).toMatchObject({ status: 'up' });
    expect(await checks.get('payments')?.(new AbortController().signal)).toMatchObject({ status: 'up' });
  });
});
