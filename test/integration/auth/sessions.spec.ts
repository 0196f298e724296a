import { ADMIN, AuthApp, PASSWORD, SEEDED } from './auth-app.js';

describe('Sessions over HTTP', () => {
  let app: AuthApp;

  beforeAll(async () => {
    app = await AuthApp.start();
  });

  afterAll(async () => {
    await app.close();
  });

  it('registers, logs in, and shows the profile', async () => {
    const { email, access_token: token, user } = await app.loggedIn();
    expect(user).toMatchObject({ email, email_verified: false, is_admin: false });
    const profile = await app.get('/api/user/profile', token);
    expect(profile.status).toBe(200);
    expect(profile.body.user).toMatchObject({ id: user.id, email, statistics: { total_jobs: 0, total_payments: 0 } });
    const history = await app.get<Record<string, unknown>>('/api/user/history?per_page=5', token);
    expect(history.body).toEqual({
      payments: [],
      jobs: [],
      pagination: { page: 1, per_page: 5, total: 0, pages: 0 },
    });
  });

  it('answers login with the documented fields', async () => {
    const email = await app.registered();
    const { body } = await app.post<Record<string, unknown>>('/api/auth/login', { email, password: PASSWORD });
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'refresh_token', 'token_type', 'user']);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3_600 });
  });

  it('gives one address to one of ten registrations at once', async () => {
    const email = app.freshEmail();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => app.post('/api/auth/register', { email, password: PASSWORD })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused.map(({ body }) => body.error.code)).toEqual(Array(9).fill('EMAIL_ALREADY_REGISTERED'));
    expect(await app.mails('verify_email', email)).toHaveLength(1);
  });

  it('treats spellings of one address as one', async () => {
    const email = await app.registered();
    const again = await app.post('/api/auth/register', { email: `  ${email.toUpperCase()} `, password: PASSWORD });
    expect(again.status).toBe(409);
    const login = await app.post('/api/auth/login', { email: email.toUpperCase(), password: PASSWORD });
    expect(login.status).toBe(200);
  });

  it.each([
    ['no address', { password: PASSWORD }],
    ['no e-mail address', { email: 'nobody', password: PASSWORD }],
    ['an address with NUL', { email: 'a\u0000b@example.com', password: PASSWORD }],
    ['an address that is too long', { email: `${'a'.repeat(250)}@example.com`, password: PASSWORD }],
    ['a short password', { email: 'short@example.com', password: 'abc1' }],
    ['a password without digit', { email: 'nodigit@example.com', password: 'abcdefgh' }],
    ['a password without letter', { email: 'noletter@example.com', password: '12345678' }],
    ['a password of 129 characters', { email: 'long@example.com', password: `a1${'x'.repeat(127)}` }],
    ['a password with NUL', { email: 'nul@example.com', password: 'abcdefg1\u0000' }],
    ['a password that is an object', { email: 'object@example.com', password: { $ne: null } }],
    ['an unknown field', { email: 'more@example.com', password: PASSWORD, is_admin: true }],
  ])('refuses to register %s', async (_, body) => {
    const answer = await app.post('/api/auth/register', JSON.stringify(body));
    expect(answer.status).toBe(422);
    expect(answer.body.error.code).toBe('VALIDATION_ERROR');
  });

  it('takes addresses and passwords of any script, 128 characters long', async () => {
    const email = `jürgen-${app.freshEmail()}`;
    const password = `пароль-7-${'é'.repeat(119)}`;
    expect((await app.post('/api/auth/register', { email, password })).status).toBe(201);
    const decomposed = { email: email.normalize('NFD'), password: password.normalize('NFD') };
    expect((await app.post('/api/auth/login', decomposed)).status).toBe(422);
    const login = await app.post('/api/auth/login', { email: email.normalize('NFD'), password });
    expect(login.status).toBe(200);
  });

  it('answers unknown, wrong and disabled alike', async () => {
    const known = await app.registered();
    const disabled = await app.registered();
    await app.database.dataSource.query('UPDATE users SET disabled_at = now() WHERE email = $1', [disabled]);
    const answers = await Promise.all([
      app.post('/api/auth/login', { email: app.freshEmail(), password: PASSWORD }),
      app.post('/api/auth/login', { email: known, password: 'wrong-password-1' }),
      app.post('/api/auth/login', { email: disabled, password: PASSWORD }),
    ]);
    const seen = answers.map(({ status, body: { error } }) => ({ status, code: error.code, message: error.message }));
    expect(new Set(seen.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(seen[0]).toMatchObject({ status: 401, code: 'AUTHENTICATION_FAILED' });
  });

  it('needs about the same time whether or not the address is known', async () => {
    const known = await app.registered();
    const time = async (email: string): Promise<number> => {
      const startedMs = performance.now();
      await app.post('/api/auth/login', { email, password: 'wrong-password-1' });
      return performance.now() - startedMs;
    };
    const median = async (email: () => string): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < 9; round += 1) times.push(await time(email()));
      return times.sort((a, b) => a - b)[4] ?? 0;
    };
    const knownMs = await median(() => known);
    const unknownMs = await median(() => app.freshEmail());
    expect(Math.abs(knownMs - unknownMs)).toBeLessThan(0.6 * Math.max(knownMs, unknownMs));
  });

  it('locks an address after ten wrong passwords, known or not, and lets it in again later', async () => {
    const known = await app.registered();
    for (const email of [known, app.freshEmail()]) {
      for (let attempt = 0; attempt < 10; attempt += 1) {
        expect((await app.post('/api/auth/login', { email, password: 'wrong-password-1' })).status).toBe(401);
      }
      const locked = await app.post('/api/auth/login', { email, password: PASSWORD });
      expect(locked.status).toBe(429);
      expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0);
      expect(app.securityLog.events).toContain('account_locked');
    }
    app.clock.advance(15 * 60_000 + 1);
    expect((await app.post('/api/auth/login', { email: known, password: PASSWORD })).status).toBe(200);
  });

  it('does not let the right password in among a burst of wrong ones', async () => {
    const email = await app.registered();
    const wrong = Array.from({ length: 40 }, () =>
      app.post('/api/auth/login', { email, password: 'wrong-password-1' }),
    );
    await Promise.all(wrong);
    expect((await app.post('/api/auth/login', { email, password: PASSWORD })).status).toBe(429);
  });

  it('rotates refresh tokens', async () => {
    const first = await app.loggedIn();
    const second = await app.post('/api/auth/refresh', { refresh_token: first.refresh_token });
    expect(second.status).toBe(200);
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    const third = await app.post('/api/auth/refresh', { refresh_token: second.body.refresh_token });
    expect(third.status).toBe(200);
    expect((await app.get('/api/user/profile', third.body.access_token)).status).toBe(200);
  });

  it('ends the whole session when a refresh token is used twice', async () => {
    const first = await app.loggedIn();
    const second = await app.post('/api/auth/refresh', { refresh_token: first.refresh_token });
    const eventsBefore = app.securityLog.events.length;
    const reuse = await app.post('/api/auth/refresh', { refresh_token: first.refresh_token });
    expect([reuse.status, reuse.body.error.code]).toEqual([401, 'TOKEN_REVOKED']);
    expect(app.securityLog.events.slice(eventsBefore)).toContain('token_misuse');
    const heir = await app.post('/api/auth/refresh', { refresh_token: second.body.refresh_token });
    expect([heir.status, heir.body.error.code]).toEqual([401, 'TOKEN_REVOKED']);
    const access = await app.get('/api/user/profile', second.body.access_token);
    expect([access.status, access.body.error.code]).toEqual([401, 'TOKEN_REVOKED']);
  });

  it('ends the session also when two refreshes of one token race', async () => {
    const first = await app.loggedIn();
    const racers = await Promise.all(
      Array.from({ length: 5 }, () => app.post('/api/auth/refresh', { refresh_token: first.refresh_token })),
    );
    const winners = racers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    const heir = await app.post('/api/auth/refresh', { refresh_token: winners[0]?.body.refresh_token });
    expect(heir.body.error.code).toBe('TOKEN_REVOKED');
  });

  it('logs one session out and leaves the other', async () => {
    const one = await app.loggedIn();
    const other = await app.post('/api/auth/login', { email: one.email, password: PASSWORD });
    expect((await app.post('/api/auth/logout', { refresh_token: one.refresh_token })).status).toBe(204);
    expect((await app.post('/api/auth/logout', { refresh_token: 'never issued' })).status).toBe(204);
    expect((await app.get('/api/user/profile', one.access_token)).status).toBe(401);
    expect((await app.get('/api/user/profile', other.body.access_token)).status).toBe(200);
  });

  it('lets tokens expire', async () => {
    const { access_token: access, refresh_token: refresh } = await app.loggedIn();
    app.clock.advance(3_600_000);
    const late = await app.get('/api/user/profile', access);
    expect([late.status, late.body.error.code]).toEqual([401, 'TOKEN_EXPIRED']);
    app.clock.advance(30 * 86_400_000);
    const stale = await app.post('/api/auth/refresh', { refresh_token: refresh });
    expect([stale.status, stale.body.error.code]).toEqual([401, 'TOKEN_EXPIRED']);
  });

  it.each([
    ['nothing', undefined, 'UNAUTHORIZED'],
    ['garbage', 'garbage', 'INVALID_TOKEN'],
    ['an unsigned token', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.', 'INVALID_TOKEN'],
  ])('refuses %s as a token', async (_, token, code) => {
    const answer = await app.get('/api/user/profile', token);
    expect([answer.status, answer.body.error.code]).toEqual([401, code]);
    expect(answer.headers['www-authenticate']).toBeDefined();
  });

  it('refuses a disabled user at the next request', async () => {
    const { email, access_token: access, refresh_token: refresh } = await app.loggedIn();
    await app.database.dataSource.query('UPDATE users SET disabled_at = now() WHERE email = $1', [email]);
    expect((await app.get('/api/user/profile', access)).body.error.code).toBe('TOKEN_REVOKED');
    expect((await app.post('/api/auth/refresh', { refresh_token: refresh })).body.error.code).toBe('TOKEN_REVOKED');
  });

  it('makes an administrator of a listed address only once it is verified', async () => {
    const { access_token: token } = await app.loggedIn(ADMIN);
    const before = await app.get('/test/admin', token);
    expect([before.status, before.body.error.code]).toEqual([403, 'ACCESS_DENIED']);
    await app.verify(ADMIN);
    expect((await app.get('/test/admin', token)).status).toBe(200);
    const moved = app.freshEmail();
    await app.put('/api/user/profile', { email: moved, current_password: PASSWORD }, token);
    expect((await app.get('/test/admin', token)).status).toBe(403);
    const { access_token: nobody } = await app.loggedIn();
    expect((await app.get('/test/admin', nobody)).status).toBe(403);
    expect((await app.get('/test/admin')).status).toBe(401);
  });

  it('creates the first administrator, verified', async () => {
    const login = await app.post('/api/auth/login', SEEDED);
    expect(login.body.user).toMatchObject({ email_verified: true, is_admin: true });
    expect((await app.get('/test/admin', login.body.access_token)).status).toBe(200);
  });

  it('keeps no token and no password as it is', async () => {
    const { refresh_token: refresh } = await app.loggedIn();
    const tables = ['users', 'auth_sessions', 'refresh_tokens', 'mailed_tokens', 'login_throttles'];
    for (const table of tables) {
      const rows: unknown = await app.database.dataSource.query(`SELECT * FROM ${table}`);
      expect(JSON.stringify(rows)).not.toContain(refresh);
      expect(JSON.stringify(rows)).not.toContain(PASSWORD);
    }
  });
});
