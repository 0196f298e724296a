import { AuthApp, PASSWORD } from './auth-app.js';

const ORIGIN = 'http://127.0.0.1:3000';
const COOKIE = 'oriel_session';

interface WebAnswer {
  readonly status: number;
  readonly body: {
    readonly access_token?: string;
    readonly user?: { readonly email: string };
    readonly error?: { readonly code: string };
  };
  /** Value of the cookie it sets; empty when it removes it, null when it leaves it alone. */
  readonly cookie: string | null;
  /** Attributes of that cookie. */
  readonly attributes: string;
}

describe('Sessions of the pages', () => {
  let app: AuthApp;

  beforeAll(async () => {
    app = await AuthApp.start();
  });

  afterAll(async () => {
    await app.close();
  });

  async function ask(
    action: 'login' | 'refresh' | 'logout',
    { cookie, body, headers = { origin: ORIGIN } }: AskOptions = {},
  ): Promise<WebAnswer> {
    const {
      status,
      body: answer,
      headers: sent,
    } = await app.send<WebAnswer['body']>('POST', `/api/auth/web/${action}`, body, undefined, {
      ...headers,
      ...(cookie === undefined ? {} : { cookie: `other=1; ${COOKIE}=${cookie}` }),
    });
    const setCookie = typeof sent['set-cookie'] === 'string' ? sent['set-cookie'] : '';
    const [, value, attributes = ''] = /^oriel_session=([^;]*);?(.*)$/.exec(setCookie) ?? [];
    return { status, body: answer, cookie: value ?? null, attributes };
  }

  interface AskOptions {
    readonly cookie?: string | undefined;
    readonly body?: object;
    readonly headers?: Readonly<Record<string, string>>;
  }

  async function signedIn(): Promise<{ readonly email: string; readonly cookie: string }> {
    const email = await app.registered();
    const { status, cookie } = await ask('login', { body: { email, password: PASSWORD } });
    if (status !== 200 || cookie === null) throw new Error(`HTTP ${status}`);
    return { email, cookie };
  }

  async function profileStatus(token: string | undefined): Promise<number> {
    return (await app.get('/api/user/profile', token)).status;
  }

  it('give the access token to the script and the refresh token to a cookie no script can read', async () => {
    const email = await app.registered();
    const { status, body, cookie, attributes } = await ask('login', { body: { email, password: PASSWORD } });
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'token_type', 'user']);
    expect(body.user).toMatchObject({ email });
    expect(cookie?.length).toBeGreaterThan(40);
    expect(JSON.stringify(body)).not.toContain(cookie);
    expect(attributes).toContain('HttpOnly');
    expect(attributes).toContain('SameSite=Strict');
    expect(attributes).toContain('Path=/api/auth/web');
    expect(attributes).toContain(`Max-Age=${30 * 86_400}`);
    await expect(profileStatus(body.access_token)).resolves.toBe(200);
  });

  it('go on with the cookie, which changes each time', async () => {
    const { email, cookie } = await signedIn();
    const first = await ask('refresh', { cookie });
    expect(first).toMatchObject({ status: 200, body: { user: { email } } });
    expect(first.cookie).not.toBe(cookie);
    const second = await ask('refresh', { cookie: first.cookie ?? '' });
    expect(second.status).toBe(200);
    await expect(profileStatus(second.body.access_token)).resolves.toBe(200);
  });

  it('tell a browser without a cookie that nobody is signed in', async () => {
    expect(await ask('refresh')).toMatchObject({ status: 204, cookie: null });
  });

  it('refuse a cookie that is not theirs, and remove it', async () => {
    const { status, body, cookie } = await ask('refresh', { cookie: 'nonsense' });
    expect([status, body.error?.code, cookie]).toEqual([401, 'INVALID_TOKEN', '']);
  });

  it('give the same again to a browser that has lost the answer', async () => {
    const { cookie } = await signedIn();
    const lost = await ask('refresh', { cookie });
    const again = await ask('refresh', { cookie });
    expect([again.status, again.cookie]).toEqual([200, lost.cookie]);
    expect((await ask('refresh', { cookie: again.cookie ?? '' })).status).toBe(200);
  });

  it('give ten tabs that ask at once the same cookie', async () => {
    const { cookie } = await signedIn();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('refresh', { cookie })));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map((answer) => answer.cookie)).size).toBe(1);
  });

  it('end for everybody when a token is used again after its successor was', async () => {
    const { cookie } = await signedIn();
    const first = await ask('refresh', { cookie });
    const second = await ask('refresh', { cookie: first.cookie ?? '' });
    expect((await ask('refresh', { cookie })).body.error?.code).toBe('TOKEN_REVOKED');
    expect((await ask('refresh', { cookie: second.cookie ?? '' })).status).toBe(401);
    await expect(profileStatus(second.body.access_token)).resolves.toBe(401);
    expect(app.securityLog.events).toContain('token_misuse');
  });

  it('end for everybody when a token is used again much later', async () => {
    const { cookie } = await signedIn();
    const first = await ask('refresh', { cookie });
    app.clock.advance(121_000);
    expect((await ask('refresh', { cookie })).body.error?.code).toBe('TOKEN_REVOKED');
    expect((await ask('refresh', { cookie: first.cookie ?? '' })).status).toBe(401);
  });

  it('are as strict as ever with other clients', async () => {
    const { cookie } = await signedIn();
    await ask('refresh', { cookie });
    const answer = await app.post('/api/auth/refresh', { refresh_token: cookie });
    expect(answer.body.error.code).toBe('TOKEN_REVOKED');
  });

  it('end with a logout, which also forgets the cookie', async () => {
    const { cookie } = await signedIn();
    const { body } = await ask('refresh', { cookie });
    const out = await ask('logout', { cookie });
    expect([out.status, out.cookie]).toEqual([204, '']);
    await expect(profileStatus(body.access_token)).resolves.toBe(401);
    expect((await ask('logout')).status).toBe(204);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['no origin', {}],
    ['another origin', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:3001' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['nonsense', { origin: 'not a URL' }],
  ])('do not listen to %s', async (_, headers) => {
    const { cookie } = await signedIn();
    for (const action of ['login', 'refresh', 'logout'] as const) {
      const refused = await ask(action, { cookie, headers, body: { email: 'a@example.com', password: PASSWORD } });
      expect([action, refused.status, refused.body.error?.code, refused.cookie]).toEqual([
        action,
        403,
        'FORBIDDEN',
        null,
      ]);
    }
    expect((await ask('refresh', { cookie })).status).toBe(200);
  });

  it('listen to the host that was asked, however it is called', async () => {
    const headers = { origin: 'http://localhost:8080', host: 'localhost:8080' };
    expect((await ask('refresh', { headers })).status).toBe(204);
  });
});
