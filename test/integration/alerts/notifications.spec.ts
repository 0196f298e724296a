import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AlertNotification } from '../../../src/admin-monitoring/alerts/entities/alert-notification.entity.js';
import type { AlertRule } from '../../../src/admin-monitoring/alerts/entities/alert-rule.entity.js';
import { AlertTests } from '../../../src/admin-monitoring/alerts/notify/alert-tests.js';
import { Email } from '../../../src/email/index.js';
import { eventually } from '../../support/eventually.js';
import { ALONE, AlertsApp } from './alerts-app.js';

const SECRET = 'a-webhook-secret-of-32-characters';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks that answers as it is told; 204 when it is told nothing. */
class Receiver {
  readonly received: Received[] = [];
  statuses: number[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(this.statuses.shift() ?? 204, { location: '/elsewhere' }).end();
      });
    });
  }

  static async start(): Promise<Receiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Receiver(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

describe('Alert notifications', () => {
  let alerts: AlertsApp;
  let receiver: Receiver;
  let resolvesTo = '127.0.0.1';

  beforeAll(async () => {
    receiver = await Receiver.start();
    alerts = await AlertsApp.start({
      allowedHosts: ['hooks.internal'],
      resolver: async () => [{ address: resolvesTo, family: 4 }],
    });
  });

  beforeEach(async () => {
    await alerts.quiet();
    receiver.received.length = 0;
    receiver.statuses = [];
    resolvesTo = '127.0.0.1';
    alerts.clock.advance(600_000);
  });

  afterAll(async () => {
    await alerts.close();
    await receiver.close();
  });

  const webhook = (host = 'hooks.internal') => ({
    errorThreshold: 1,
    notificationMethod: 'webhook',
    webhookUrl: `http://${host}:${receiver.port}/alerts`,
    webhookSecret: SECRET,
  });

  async function fire(): Promise<void> {
    await alerts.errors(await alerts.group(), 1, alerts.moment(-1));
    await alerts.evaluate();
  }

  async function settled(rule: AlertRule, count: number): Promise<readonly AlertNotification[]> {
    await eventually(`${count} notifications are settled`, async () => {
      const rows = await alerts.notifications(rule);
      return rows.length === count && rows.every(({ status }) => status !== 'pending');
    });
    return await alerts.notifications(rule);
  }

  it('go to the log', async () => {
    const rule = await alerts.rule({ errorThreshold: 1 });
    await fire();
    const [notification] = await settled(rule, 1);
    expect(notification).toMatchObject({ status: 'delivered', attempts: 1 });
    const lines = alerts.logger.warnings.filter((line) => line['notification_id'] === notification?.id);
    expect(lines).toMatchObject([
      { alert: 'firing', rule: rule.name, value: 1, msg: expect.stringContaining('fires') },
    ]);
  });

  it('go by webhook, signed, with the id of the delivery', async () => {
    const rule = await alerts.rule(webhook());
    await fire();
    const [notification] = await settled(rule, 1);
    const [{ headers, body }] = receiver.received as [Received];
    const [t = '', v1 = ''] = String(headers['x-oriel-signature'])
      .split(',')
      .map((part) => part.split('=')[1]);
    expect(v1).toBe(createHmac('sha256', SECRET).update(`${t}.${body}`).digest('hex'));
    expect(Number(t)).toBe(alerts.clock.now().getTime() / 1_000);
    expect(headers).toMatchObject({ 'x-oriel-delivery': notification?.id, host: `hooks.internal:${receiver.port}` });
    expect(JSON.parse(body)).toMatchObject({
      id: notification?.id,
      type: 'alert.firing',
      data: { rule: { id: rule.id }, value: 1, causes: [{ count: 1 }] },
    });
    await alerts.evaluateAfter(60);
    await settled(rule, 2);
    expect(receiver.received.map(({ body: text }) => (JSON.parse(text) as { type: string }).type)).toEqual([
      'alert.firing',
      'alert.resolved',
    ]);
  });

  it('are sent again by the queue until the receiver takes them', async () => {
    receiver.statuses = [503];
    const rule = await alerts.rule(webhook());
    await fire();
    const [notification] = await settled(rule, 1);
    expect(notification).toMatchObject({ status: 'delivered', attempts: 2, lastErrorCode: null });
    const deliveries = receiver.received.map(({ headers }) => headers['x-oriel-delivery']);
    expect(deliveries).toEqual([notification?.id, notification?.id]);
    const lines = alerts.logger.warnings.filter((line) => line['notification_id'] === notification?.id);
    expect(lines).toHaveLength(1);
  });

  it.each([
    ['an address that is not public', '10.0.0.1', 'hooks.example.com', []],
    ['a redirect', '127.0.0.1', 'hooks.internal', [307]],
  ])('are given up at once at %s, and the end is not told either', async (_, address, host, statuses) => {
    resolvesTo = address;
    receiver.statuses = [...statuses];
    const rule = await alerts.rule(webhook(host));
    await fire();
    const [notification] = await settled(rule, 1);
    expect(notification).toMatchObject({ status: 'failed', attempts: 1, lastErrorCode: 'ALERT_WEBHOOK_FORBIDDEN' });
    await alerts.evaluateAfter(60);
    expect(await alerts.told(rule)).toEqual(['firing']);
    expect(receiver.received).toHaveLength(statuses.length);
  });

  it('go by mail through the outbox, one to each address, also while the mail service is away', async () => {
    const rule = await alerts.rule({
      errorThreshold: 1,
      notificationMethod: 'email',
      emailAddresses: ['ops@example.com', 'OPS@example.com', 'night@example.com'],
    });
    const toAdmins = await alerts.rule({ errorThreshold: 1, timeWindowSeconds: 61, notificationMethod: 'email' });
    await fire();
    const [notification] = await settled(rule, 1);
    await settled(toAdmins, 1);
    const mails = await alerts.dataSource.getRepository(Email).findBy({ template: 'alert', status: 'pending' });
    expect(mails.map(({ toAddress }) => toAddress).toSorted()).toEqual([
      'admin@example.com',
      'night@example.com',
      'ops@example.com',
    ]);
    expect(mails.find(({ toAddress }) => toAddress === 'ops@example.com')?.data).toMatchObject({
      subject: `Alert: ${rule.name}`,
      facts: expect.arrayContaining([['STRIPE_TIMEOUT: Stripe did not answer in time', '1']]),
    });
    // Whoever reads the log need not wait for the mail service.
    expect(alerts.logger.warnings).toContainEqual(expect.objectContaining({ notification_id: notification?.id }));
  });

  it('can be tested, through the real channel, with the outcome at once', async () => {
    const tests = alerts.process(0).get(AlertTests);
    const [hook, mail, log] = [
      await alerts.rule({ ...webhook(), enabled: false }),
      await alerts.rule({ errorThreshold: 2, notificationMethod: 'email', emailAddresses: ['test@example.com'] }),
      await alerts.rule({ errorThreshold: 3 }),
    ];
    expect(await tests.send(hook.id, ALONE)).toMatchObject({ outcome: 'delivered', error: null });
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      type: 'alert.test',
      data: { text: expect.stringContaining('This is a test') },
    });
    expect(await tests.send(log.id, ALONE)).toMatchObject({ outcome: 'delivered' });
    expect(await tests.send(mail.id, ALONE)).toMatchObject({ outcome: 'in_outbox' });
    const mails = await alerts.dataSource.getRepository(Email).findBy({ toAddress: 'test@example.com' });
    expect(mails).toMatchObject([{ data: { subject: expect.stringMatching(/^Test of an alert: /) } }]);
    receiver.statuses = [500];
    expect(await tests.send(hook.id, ALONE)).toMatchObject({
      outcome: 'failed',
      error: { code: 'ALERT_WEBHOOK_FAILED' },
    });
    expect((await alerts.notifications(hook)).map(({ status }) => status)).toEqual(['delivered', 'failed']);
    expect(await alerts.firings(hook)).toEqual([]);
    await expect(tests.send('nonsense', ALONE)).rejects.toMatchObject({ code: 'ALERT_NOT_FOUND' });
  });

  it('use the address and the secret that the rule has when they are sent', async () => {
    const rule = await alerts.rule(webhook());
    expect(JSON.stringify(rule)).not.toContain('Secret');
    const [stored] = await alerts.dataSource.query<{ webhook_secret: string }[]>(
      'SELECT webhook_secret FROM alert_rules WHERE id = $1',
      [rule.id],
    );
    expect(stored?.webhook_secret).not.toContain(SECRET);
    await alerts.rules.patch(rule.id, { webhookSecret: 'another-secret-of-ours' }, ALONE);
    await fire();
    await settled(rule, 1);
    const [{ headers, body }] = receiver.received as [Received];
    const t = /t=(\d+)/.exec(String(headers['x-oriel-signature']))?.[1] ?? '';
    const expected = createHmac('sha256', 'another-secret-of-ours').update(`${t}.${body}`).digest('hex');
    expect(headers['x-oriel-signature']).toBe(`t=${t},v1=${expected}`);
  });
});
