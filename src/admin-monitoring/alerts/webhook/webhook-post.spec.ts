import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HostResolver, postWebhook, systemResolver, type WebhookRequest } from './webhook-post.js';

const LOOPBACK = { address: '127.0.0.1', family: 4 };
const PUBLIC = { address: '93.184.216.34', family: 4 };

describe('postWebhook', () => {
  let server: Server;
  let port: number;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const requests: { method: string; url: string; host: string; body: string }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        requests.push({ method, url, host: headers.host ?? '', body: Buffer.concat(chunks).toString() });
        answer(request, response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });

  beforeEach(() => {
    requests.length = 0;
    answer = (_, response) => response.writeHead(204).end();
  });

  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const request = (changes: Partial<WebhookRequest> = {}): WebhookRequest => ({
    url: `http://hooks.internal:${port}/alerts?team=1`,
    body: '{"ä":1}',
    headers: { 'Content-Type': 'application/json' },
    timeoutMs: 5_000,
    allowedHosts: ['hooks.internal'],
    signal: new AbortController().signal,
    ...changes,
  });
  const loopback: HostResolver = async () => [LOOPBACK];
  const failed = expect.objectContaining({ code: 'ALERT_WEBHOOK_FAILED', retryable: true });
  const forbidden = (reason: string) =>
    expect.objectContaining({ code: 'ALERT_WEBHOOK_FORBIDDEN', retryable: false, details: { reason } });

  it('posts the body to the address that was looked up, under the name of the host', async () => {
    await expect(postWebhook(request(), loopback)).resolves.toBe(204);
    expect(requests).toEqual([
      { method: 'POST', url: '/alerts?team=1', host: `hooks.internal:${port}`, body: '{"ä":1}' },
    ]);
  });

  it('posts to an allowed address', async () => {
    const changes = { url: `http://127.0.0.1:${port}/`, allowedHosts: ['127.0.0.1'] };
    await expect(postWebhook(request(changes), systemResolver)).resolves.toBe(204);
  });

  it.each([
    ['a private address', [{ address: '10.0.0.1', family: 4 }]],
    ['a public and a private address', [PUBLIC, LOOPBACK]],
    ['the metadata service', [{ address: '169.254.169.254', family: 4 }]],
    ['a mapped address', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['a unique local address', [{ address: 'fd00::1', family: 6 }]],
  ])('sends nothing to a name with %s', async (_, addresses) => {
    const post = postWebhook(request({ allowedHosts: [] }), async () => addresses);
    await expect(post).rejects.toEqual(forbidden('address'));
    expect(requests).toEqual([]);
  });

  it('sends nothing to a private address in the URL itself, which is never looked up', async () => {
    const resolver = async (): Promise<never> => await Promise.reject(new Error('looked up'));
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', 'localhost']) {
      const changes = { url: `http://${host}:${port}/`, allowedHosts: [] };
      await expect(postWebhook(request(changes), resolver)).rejects.toEqual(forbidden('address'));
    }
    expect(requests).toEqual([]);
  });

  it('looks a name up once: an answer that changes (DNS rebinding) leads nowhere else', async () => {
    // Nobody listens at the first answer; were there a second look-up, it would lead to our server.
    const answers = [[{ address: '127.0.0.2', family: 4 }], [LOOPBACK], [LOOPBACK]];
    let lookUps = 0;
    const rebinding: HostResolver = async () => answers[lookUps++] ?? [];
    await expect(postWebhook(request({ timeoutMs: 1_000 }), rebinding)).rejects.toEqual(failed);
    expect(lookUps).toBe(1);
    expect(requests).toEqual([]);
  });

  it('does not follow a redirect, and does not try again', async () => {
    for (const status of [301, 302, 307, 308]) {
      answer = (_, response) => response.writeHead(status, { location: `http://127.0.0.1:${port}/inside` }).end();
      await expect(postWebhook(request(), loopback)).rejects.toEqual(forbidden('redirect'));
    }
    expect(requests.map(({ url }) => url)).not.toContain('/inside');
  });

  it.each([400, 401, 404, 429, 500, 503])('is to be tried again after %d', async (status) => {
    answer = (_, response) => response.writeHead(status).end();
    await expect(postWebhook(request(), loopback)).rejects.toMatchObject({
      code: 'ALERT_WEBHOOK_FAILED',
      details: { status },
    });
  });

  it('is to be tried again when the receiver is silent, cut off or not there', async () => {
    answer = () => undefined;
    await expect(postWebhook(request({ timeoutMs: 100 }), loopback)).rejects.toEqual(failed);
    answer = ({ socket }) => socket.destroy();
    await expect(postWebhook(request(), loopback)).rejects.toEqual(failed);
    await expect(postWebhook(request({ url: 'http://hooks.internal:9/' }), loopback)).rejects.toEqual(failed);
  });

  it('is to be tried again when the name cannot be looked up, in vain or in time', async () => {
    await expect(postWebhook(request(), async () => [])).rejects.toEqual(failed);
    const hanging: HostResolver = async () => await new Promise<never>(() => undefined);
    await expect(postWebhook(request({ timeoutMs: 50 }), hanging)).rejects.toEqual(failed);
  });

  it('waits for the head of an answer only, however long the rest is', async () => {
    answer = (_, response) => {
      response.writeHead(200);
      response.write('x');
    };
    await expect(postWebhook(request(), loopback)).resolves.toBe(200);
  });

  it('ends with its caller', async () => {
    const caller = new AbortController();
    answer = () => caller.abort(new Error('stop'));
    await expect(postWebhook(request({ signal: caller.signal }), loopback)).rejects.toEqual(failed);
  });
});
