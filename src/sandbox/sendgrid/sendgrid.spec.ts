import sendgrid, { type MailDataRequired } from '@sendgrid/mail';
import { startTestSandbox, TEST_CREDENTIALS, type TestSandbox } from '../testing.js';

const MAIL: MailDataRequired = {
  to: 'Ada@Example.com',
  from: { email: 'no-reply@oriel.example', name: 'Oriel' },
  subject: 'Verify your address',
  text: 'Follow http://127.0.0.1:3000/verify?token=abc',
  html: '<p>Follow <a href="http://127.0.0.1:3000/verify?token=abc">the link</a></p>',
};

/** What the SDK has, but its declarations keep to themselves. */
type Sender = typeof sendgrid & {
  readonly client: {
    setDefaultRequest(name: string, value: unknown): void;
    request(request: object): Promise<readonly [{ readonly body: unknown }]>;
  };
};

function senderOf({ sandbox }: TestSandbox, apiKey: string = TEST_CREDENTIALS.sendgridApiKey): Sender {
  const { MailService } = sendgrid as unknown as { readonly MailService: new () => Sender };
  const sender = new MailService();
  sender.setApiKey(apiKey);
  sender.client.setDefaultRequest('baseUrl', sandbox.url);
  return sender;
}

describe('SendGrid double', () => {
  let double: TestSandbox;
  let sender: Sender;

  beforeEach(async () => {
    double = await startTestSandbox();
    sender = senderOf(double);
  });

  afterEach(async () => {
    await double.close();
  });

  async function messages(query = ''): Promise<Record<string, unknown>[]> {
    const response = await fetch(`${double.sandbox.url}/mailbox/messages${query}`);
    return ((await response.json()) as { messages: Record<string, unknown>[] }).messages;
  }

  it('accepts a mail with 202 and its id, and keeps it over a restart', async () => {
    const [response] = await sender.send({ ...MAIL, customArgs: { email_id: '7' }, categories: ['verify'] });
    expect(response.statusCode).toBe(202);
    const { headers } = response as { headers: Record<string, string> };
    expect(headers['x-message-id']).toMatch(/^[\w-]{20,}$/);
    double = await double.restart();
    expect(await messages()).toEqual([
      expect.objectContaining({
        message_id: headers['x-message-id'],
        from: { email: 'no-reply@oriel.example', name: 'Oriel' },
        to: [{ email: 'Ada@Example.com', name: null }],
        subject: MAIL.subject,
        text: MAIL.text,
        html: MAIL.html,
        custom_args: { email_id: '7' },
        categories: ['verify'],
      }),
    ]);
  });

  it('finds mails by address and subject, newest first', async () => {
    await sender.send(MAIL);
    await sender.send({ ...MAIL, to: 'grace@example.com' });
    await sender.send({ ...MAIL, subject: 'Receipt' });
    const subjects = async (query: string): Promise<unknown[]> => (await messages(query)).map(({ subject }) => subject);
    expect(await subjects('?to=ada@example.com')).toEqual(['Receipt', 'Verify your address']);
    expect(await subjects('?to=ada@example.com&limit=1')).toEqual(['Receipt']);
    expect(await subjects('?subject=verify')).toHaveLength(2);
    expect(await subjects('?to=nobody@example.com')).toEqual([]);
  });

  it('sends one mail to each personalization', async () => {
    const { to: _to, ...mail } = MAIL;
    await sender.send({
      ...mail,
      personalizations: [{ to: 'a@example.com' }, { to: 'b@example.com', subject: 'For you' }],
    });
    expect((await messages()).map(({ to }) => to)).toEqual([
      [{ email: 'b@example.com', name: null }],
      [{ email: 'a@example.com', name: null }],
    ]);
  });

  it.each([
    [{ to: 'not an address' }, 'personalizations.0.to.0.email'],
    [{ to: ['a@example.com', 'A@example.com'] }, 'personalizations.0'],
    [{ from: 'nobody' }, 'from.email'],
    [{ subject: '' }, 'subject'],
    [{ text: undefined, html: '' }, 'content.0.value'],
  ])('refuses %j with 400, naming the field', async (change, field) => {
    await expect(sender.send({ ...MAIL, ...change } as MailDataRequired)).rejects.toMatchObject({
      code: 400,
      response: { body: { errors: [expect.objectContaining({ field })] } },
    });
    expect(await messages()).toEqual([]);
  });

  it('refuses what is no JSON, what has no recipient, and what the API does not have', async () => {
    const post = async (path: string, body: string): Promise<{ status: number; body: unknown }> => {
      const response = await fetch(double.sandbox.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_CREDENTIALS.sendgridApiKey}`, 'content-type': 'application/json' },
        body,
      });
      return { status: response.status, body: await response.json() };
    };
    expect(await post('/v3/mail/send', '{"from":')).toMatchObject({ status: 400, body: { errors: [{ field: null }] } });
    expect(await post('/v3/mail/send', '{"__proto__": {"x": 1}}')).toMatchObject({ status: 400 });
    expect(await post('/v3/mail/send', '{}')).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'personalizations' }, { field: 'from' }, { field: 'content' }] },
    });
    expect(await post('/v3/marketing', '{}')).toMatchObject({
      status: 404,
      body: { errors: [{ message: 'Not Found' }] },
    });
  });

  it('finds a mail by its custom arguments, as the Email Activity API does', async () => {
    await sender.send({ ...MAIL, customArgs: { email_id: '7' } });
    const find = async (query: string): Promise<unknown> => {
      const [{ body }] = await sender.client.request({ method: 'GET', url: '/v3/messages', qs: { limit: 1, query } });
      return body;
    };
    expect(await find(`unique_args['email_id']="7"`)).toEqual({
      messages: [expect.objectContaining({ to_email: 'Ada@Example.com', subject: MAIL.subject, status: 'delivered' })],
    });
    expect(await find(`unique_args['email_id']="8"`)).toEqual({ messages: [] });
    expect(await find('to_email="ada@example.com" AND unique_args[\'email_id\']="7"')).toMatchObject({
      messages: [{}],
    });
    await expect(find('nonsense')).rejects.toMatchObject({ code: 400 });
  });

  it('answers 401 to a wrong key and 413 to a mail above 30 MB', async () => {
    await expect(senderOf(double, 'SG.wrong').send(MAIL)).rejects.toMatchObject({
      code: 401,
      response: { body: { errors: [{ field: null, help: null }] } },
    });
    await expect(sender.send({ ...MAIL, text: 'x'.repeat(31 * 1_048_576) })).rejects.toMatchObject({ code: 413 });
  });

  it('shows mails on a page that trusts none of them', async () => {
    await sender.send({ ...MAIL, subject: '<img src=x onerror=alert(1)>', html: '"><script>alert(1)</script>' });
    const list = await fetch(`${double.sandbox.url}/mailbox`);
    expect(list.headers.get('content-security-policy')).toContain("default-src 'none'");
    const page = await list.text();
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page).not.toContain('<img');
    const [mail] = await messages();
    const shown = await (await fetch(`${double.sandbox.url}/mailbox/${String(mail?.['id'])}`)).text();
    expect(shown).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
    expect(shown).not.toContain('<script>');
    expect((await fetch(`${double.sandbox.url}/mailbox/none`)).status).toBe(404);
  });
});
