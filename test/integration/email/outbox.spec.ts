import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { testConfig } from '../../../src/config/testing.js';
import { SendgridDriver } from '../../../src/email/drivers/sendgrid.driver.js';
import { EmailClaims } from '../../../src/email/email-claims.js';
import { EmailDispatcher } from '../../../src/email/email-dispatcher.js';
import { EmailOperations } from '../../../src/email/email-operations.js';
import { EmailSweep } from '../../../src/email/email-sweep.js';
import { Email, EmailOutbox } from '../../../src/email/index.js';
import { MailDelivery } from '../../../src/email/mail-delivery.js';
import { Database } from '../../../src/platform/database/index.js';
import type { ApiError } from '../../../src/platform/errors/index.js';
import { RequestContext } from '../../../src/platform/http/index.js';
import type { EnqueueOptions, JobQueue } from '../../../src/platform/jobs/index.js';
import { passThroughPolicy } from '../../../src/platform/resilience/testing.js';
import { newId } from '../../../src/platform/time/index.js';
import { ManualClock } from '../../../src/platform/time/manual-clock.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/processes.js';

const NOW = new Date('2026-01-01T12:00:00.000Z');

interface SentMail {
  readonly to: string;
  readonly subject: string;
  readonly emailId: string;
}

/** SendGrid as it behaves on the wire, with its Email Activity. */
class FakeSendgrid {
  readonly accepted: SentMail[] = [];
  readonly requests: string[] = [];
  /** How the next sends are answered; then 202. */
  readonly script: ('lost' | 'refuse_address' | 'busy' | 'error' | 'unauthorized' | 'hang')[] = [];
  hasActivity = true;
  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeSendgrid> {
    const server = createServer();
    const fake = new FakeSendgrid(server);
    server.on('request', (request, response) => void fake.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests.push(`${request.method} ${request.url?.split('?')[0]}`);
    if (request.url?.startsWith('/v3/messages') === true) {
      this.lookUp(request.url, response);
      return;
    }
    const step = this.script.shift();
    if (step === 'hang') return;
    if (step === 'error') return void response.writeHead(500).end('{}');
    if (step === 'unauthorized') return void response.writeHead(401).end('{}');
    if (step === 'busy') {
      const reset = String(NOW.getTime() / 1_000 + 240);
      return void response.writeHead(429, { 'x-ratelimit-reset': reset }).end('{}');
    }
    if (step === 'refuse_address') {
      const field = 'personalizations.0.to.0.email';
      response.writeHead(400, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ errors: [{ message: 'Does not contain a valid address.', field }] }));
    }
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      subject: string;
      custom_args: { email_id: string };
      personalizations: { to: { email: string }[] }[];
    };
    const [personalization] = body.personalizations;
    this.accepted.push({
      to: personalization?.to[0]?.email ?? '',
      subject: body.subject,
      emailId: body.custom_args.email_id,
    });
    if (step === 'lost') request.socket.destroy();
    else response.writeHead(202, { 'x-message-id': `m-${this.accepted.length}` }).end();
  }

  private lookUp(url: string, response: ServerResponse): void {
    if (!this.hasActivity) return void response.writeHead(403).end('{}');
    const query = new URL(url, 'http://sendgrid').searchParams.get('query') ?? '';
    const messages = this.accepted.filter(({ emailId }) => query === `unique_args['email_id']="${emailId}"`);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ messages: messages.map(({ to }) => ({ msg_id: 'found', to_email: to })) }));
  }
}

/** Real: PostgreSQL, the SDK, HTTP. Fake: SendGrid itself, the clock, and the delivery of jobs, which the test does. */
describe('Outbox', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let sendgrid: FakeSendgrid;
  let clock: ManualClock;
  let outbox: EmailOutbox;
  let dispatcher: EmailDispatcher;
  let sweep: EmailSweep;
  let operations: EmailOperations;
  let captured: ApiError[];
  let jobs: { readonly emailId: string; readonly options: EnqueueOptions }[];
  const { signal } = new AbortController();

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ entities: [Email] });
    database = new Database(testDatabase.dataSource);
  });

  beforeEach(async () => {
    await testDatabase.dataSource.getRepository(Email).clear();
    sendgrid = await FakeSendgrid.start();
    clock = new ManualClock(NOW);
    [captured, jobs] = [[], []];
    const queue = {
      enqueue: (_queue: object, payload: { readonly emailId: string }, options: EnqueueOptions) => {
        jobs.push({ emailId: payload.emailId, options });
        return Promise.resolve(newId());
      },
    } as unknown as JobQueue;
    const config = testConfig({ sendgrid: { apiKey: 'SG.test', apiBase: sendgrid.url } });
    const delivery = new MailDelivery(new SendgridDriver(config.sendgrid), passThroughPolicy('sendgrid'));
    const sink = { capture: (error: ApiError) => void captured.push(error) };
    outbox = new EmailOutbox(queue, RequestContext.standalone(), clock);
    const claims = new EmailClaims(database, queue, clock);
    dispatcher = new EmailDispatcher(database, claims, delivery, queue, sink, clock);
    sweep = new EmailSweep(database, queue, clock);
    operations = new EmailOperations(database, queue, clock);
  });

  afterEach(async () => {
    await sendgrid.close();
  });

  afterAll(async () => {
    await testDatabase.close();
  });

  async function write(to = 'a@example.com', title = 'Song'): Promise<string> {
    const dedupeKey = newId();
    await database.transaction((manager) =>
      outbox.enqueue(manager, {
        template: 'render_failed',
        to,
        userId: null,
        dedupeKey,
        data: { title, reason: 'It could not be read.' },
      }),
    );
    return (await database.manager.getRepository(Email).findOneByOrFail({ dedupeKey })).id;
  }

  async function row(id: string): Promise<Email> {
    return await database.manager.getRepository(Email).findOneByOrFail({ id });
  }

  function minutesLater(minutes: number): void {
    clock.advance(minutes * 60_000);
  }

  it('sends a mail once, and forgets what was in it', async () => {
    const id = await write();
    await dispatcher.serveAddressOf(id, signal);
    await dispatcher.serveAddressOf(id, signal);
    expect(sendgrid.accepted).toEqual([
      { to: 'a@example.com', subject: 'Your video could not be made: Song', emailId: id },
    ]);
    expect(await row(id)).toMatchObject({ status: 'sent', attempts: 1, data: {}, providerMessageId: 'm-1' });
  });

  it('exists if and only if the fact does, and once for each fact', async () => {
    const mail = { template: 'password_changed', to: 'b@example.com', userId: null, data: {} } as const;
    const failing = database.transaction(async (manager) => {
      await outbox.enqueue(manager, { ...mail, dedupeKey: 'rolled-back' });
      throw new Error('the fact did not come about');
    });
    await expect(failing).rejects.toThrow();
    const enqueue = (): Promise<boolean> =>
      database.transaction((manager) => outbox.enqueue(manager, { ...mail, dedupeKey: 'told-twice' }));
    const outcomes = await Promise.all([enqueue(), enqueue(), enqueue()]);
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await database.manager.getRepository(Email).count()).toBe(1);
  });

  it('is served by one of ten workers', async () => {
    const id = await write();
    await Promise.all(Array.from({ length: 10 }, () => dispatcher.serveAddressOf(id, signal)));
    expect(sendgrid.accepted).toHaveLength(1);
  });

  it('keeps the order of an address while its first mail has to wait, and lets others pass', async () => {
    const [first, second] = [await write('a@example.com', 'One'), await write('a@example.com', 'Two')];
    const other = await write('b@example.com', 'Other');
    sendgrid.script.push('busy');
    await dispatcher.serveAddressOf(first, signal);
    await dispatcher.serveAddressOf(second, signal);
    await dispatcher.serveAddressOf(other, signal);
    expect(sendgrid.accepted.map(({ emailId }) => emailId)).toEqual([other]);
    minutesLater(5);
    await dispatcher.serveAddressOf(second, signal);
    expect(sendgrid.accepted.map(({ emailId }) => emailId)).toEqual([other, first, second]);
  });

  it('tries again when the limit of SendGrid ends', async () => {
    const id = await write();
    sendgrid.script.push('busy');
    await dispatcher.serveAddressOf(id, signal);
    const { status, lastErrorCode } = await row(id);
    expect({ status, lastErrorCode }).toEqual({ status: 'pending', lastErrorCode: 'EMAIL_RATE_LIMITED' });
    expect(jobs.at(-1)).toMatchObject({ emailId: id, options: { startAfterSeconds: expect.any(Number) } });
  });

  it('gives up an address that is refused for good, says why, and goes on with nothing lost', async () => {
    const id = await write('nobody@invalid');
    sendgrid.script.push('refuse_address');
    await dispatcher.serveAddressOf(id, signal);
    expect(await row(id)).toMatchObject({ status: 'dead', lastErrorCode: 'EMAIL_ADDRESS_REJECTED' });
    expect(captured.map(({ code }) => code)).toEqual(['EMAIL_ADDRESS_REJECTED']);
  });

  it('keeps a mail through wrong credentials and an outage of 71 hours, but not of 73', async () => {
    const [early, late] = [await write('a@example.com'), await write('b@example.com')];
    sendgrid.script.push('unauthorized', 'error');
    await dispatcher.serveAddressOf(early, signal);
    await dispatcher.serveAddressOf(late, signal);
    minutesLater(71 * 60);
    await dispatcher.serveAddressOf(early, signal);
    expect(await row(early)).toMatchObject({ status: 'sent' });
    minutesLater(2 * 60);
    sendgrid.script.push('error');
    await dispatcher.serveAddressOf(late, signal);
    expect(await row(late)).toMatchObject({ status: 'dead', lastErrorCode: 'SENDGRID_SERVICE_ERROR' });
  });

  it('is tried as long as a new one when an operator lets it live again', async () => {
    const id = await write();
    minutesLater(80 * 60);
    sendgrid.script.push('error');
    await dispatcher.serveAddressOf(id, signal);
    expect(await row(id)).toMatchObject({ status: 'dead' });
    await operations.resend(id, () => Promise.resolve());
    sendgrid.script.push('error');
    await dispatcher.serveAddressOf(id, signal);
    expect(await row(id)).toMatchObject({ status: 'pending', attempts: 1 });
    minutesLater(71 * 60);
    await dispatcher.serveAddressOf(id, signal);
    expect(await row(id)).toMatchObject({ status: 'sent' });
  });

  it('is not sent twice when the answer was lost', async () => {
    const id = await write();
    sendgrid.script.push('lost');
    await dispatcher.serveAddressOf(id, signal);
    expect(await row(id)).toMatchObject({ status: 'pending', uncertain: true });
    minutesLater(1);
    await dispatcher.serveAddressOf(id, signal);
    expect(sendgrid.accepted).toHaveLength(1);
    expect(await row(id)).toMatchObject({ status: 'sent', providerMessageId: 'found' });
  });

  it('is sent again after a lost answer where the account cannot look: at least once', async () => {
    const id = await write();
    sendgrid.hasActivity = false;
    sendgrid.script.push('lost');
    await dispatcher.serveAddressOf(id, signal);
    minutesLater(1);
    await dispatcher.serveAddressOf(id, signal);
    expect(sendgrid.accepted).toHaveLength(2);
    expect(await row(id)).toMatchObject({ status: 'sent' });
  });

  it('is sent once when its worker dies after sending and before writing that down', async () => {
    const id = await write();
    await dispatcher.serveAddressOf(id, signal);
    const claimedUntil = new Date(NOW.getTime() + 30_000);
    await database.manager
      .getRepository(Email)
      .update(id, { status: 'pending', uncertain: true, claimId: newId(), claimedUntil, sentAt: null });
    await dispatcher.serveAddressOf(id, signal);
    expect(jobs.at(-1)?.options).toMatchObject({ singletonKey: `claim:${id}`, startAfterSeconds: 31 });
    minutesLater(1);
    await dispatcher.serveAddressOf(id, signal);
    expect(sendgrid.accepted).toHaveLength(1);
    expect(await row(id)).toMatchObject({ status: 'sent' });
  });

  it('gives its claim back at a shutdown', async () => {
    const id = await write();
    const stopping = new AbortController();
    sendgrid.script.push('hang');
    const serving = dispatcher.serveAddressOf(id, stopping.signal);
    await eventually(() => Promise.resolve(sendgrid.requests.length > 0), { what: 'the request' });
    stopping.abort(new Error('stopping'));
    await expect(serving).rejects.toThrow();
    expect(await row(id)).toMatchObject({ status: 'pending', claimId: null, uncertain: true });
    await dispatcher.serveAddressOf(id, signal);
    expect(sendgrid.accepted).toHaveLength(1);
  });

  it('is found by the sweep when its job is gone, and hastened when an outage ends', async () => {
    const [due, waiting] = [await write('a@example.com'), await write('b@example.com')];
    sendgrid.script.push('error');
    await dispatcher.serveAddressOf(waiting, signal);
    jobs = [];
    expect(await sweep.run()).toBe(1);
    expect(jobs.map(({ emailId }) => emailId)).toEqual([due]);
    expect(await sweep.endOfOutage()).toBe(1);
    expect(await sweep.run()).toBe(2);
  });
});
