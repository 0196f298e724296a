import { AuthApp, PASSWORD } from './auth-app.js';

const NEW_PASSWORD = 'another-horse-2';

describe('Accounts over HTTP', () => {
  let app: AuthApp;

  beforeAll(async () => {
    app = await AuthApp.start();
  });

  afterAll(async () => {
    await app.close();
  });

  const login = (email: string, password: string) => app.post('/api/auth/login', { email, password });

  it('verifies an address with the mailed token, once', async () => {
    const { email, access_token: access } = await app.loggedIn();
    const [token] = await app.mailedTokens('verify_email', email);
    expect((await app.post('/api/auth/verify-email', { token })).status).toBe(200);
    expect((await app.get('/api/user/profile', access)).body.user.email_verified).toBe(true);
    const again = await app.post('/api/auth/verify-email', { token });
    expect([again.status, again.body.error.code]).toEqual([401, 'INVALID_TOKEN']);
    const unknown = await app.post('/api/auth/verify-email', { token: 'nonsense' });
    expect(unknown.body.error.code).toBe('INVALID_TOKEN');
  });

  it('mails another verification link, a few times', async () => {
    const { email, access_token: access } = await app.loggedIn();
    for (let round = 0; round < 6; round += 1) {
      expect((await app.post('/api/auth/resend-verification', {}, access)).status).toBe(202);
    }
    const tokens = await app.mailedTokens('verify_email', email);
    expect(tokens).toHaveLength(5);
    expect((await app.post('/api/auth/verify-email', { token: tokens.at(-1) })).status).toBe(200);
  });

  it('resets a forgotten password through the mailed link and ends every session', async () => {
    const { email, access_token: access, refresh_token: refresh } = await app.loggedIn();
    expect((await app.post('/api/auth/request-password-reset', { email })).status).toBe(202);
    const token = await app.nextMailedToken('password_reset', email);
    expect((await app.post('/api/auth/reset-password', { token, password: 'short' })).status).toBe(422);
    expect((await app.post('/api/auth/reset-password', { token, password: NEW_PASSWORD })).status).toBe(200);
    expect((await app.get('/api/user/profile', access)).body.error.code).toBe('TOKEN_REVOKED');
    expect((await app.post('/api/auth/refresh', { refresh_token: refresh })).body.error.code).toBe('TOKEN_REVOKED');
    expect((await login(email, PASSWORD)).status).toBe(401);
    expect((await login(email, NEW_PASSWORD)).status).toBe(200);
    expect(await app.mails('password_changed', email)).toHaveLength(1);
    const again = await app.post('/api/auth/reset-password', { token, password: PASSWORD });
    expect([again.status, again.body.error.code]).toEqual([401, 'INVALID_TOKEN']);
  });

  it('answers alike to a request for an unknown address, and mails nothing', async () => {
    const known = await app.registered();
    const unknown = app.freshEmail();
    const one = await app.post('/api/auth/request-password-reset', { email: unknown });
    const two = await app.post('/api/auth/request-password-reset', { email: known });
    expect([one.status, one.body]).toEqual([two.status, two.body]);
    await app.nextMailedToken('password_reset', known);
    expect(await app.mails('password_reset', unknown)).toHaveLength(0);
  });

  it('redeems one reset token once however many try at once', async () => {
    const email = await app.registered();
    await app.post('/api/auth/request-password-reset', { email });
    const token = await app.nextMailedToken('password_reset', email);
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) => app.post('/api/auth/reset-password', { token, password: `${NEW_PASSWORD}${n}` })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await app.mails('password_changed', email)).toHaveLength(1);
  });

  it('lets reset links expire after an hour and lifts a lock-out with one that is alive', async () => {
    const email = await app.registered();
    await app.post('/api/auth/request-password-reset', { email });
    const late = await app.nextMailedToken('password_reset', email);
    app.clock.advance(3_600_000);
    const expired = await app.post('/api/auth/reset-password', { token: late, password: NEW_PASSWORD });
    expect([expired.status, expired.body.error.code]).toEqual([401, 'TOKEN_EXPIRED']);

    for (let attempt = 0; attempt < 10; attempt += 1) await login(email, 'wrong-password-1');
    expect((await login(email, PASSWORD)).status).toBe(429);
    await app.post('/api/auth/request-password-reset', { email });
    const token = await app.nextMailedToken('password_reset', email, 1);
    expect((await app.post('/api/auth/reset-password', { token, password: NEW_PASSWORD })).status).toBe(200);
    expect((await login(email, NEW_PASSWORD)).status).toBe(200);
  });

  it('bounds the reset mails a stranger can cause', async () => {
    const email = await app.registered();
    const barrier = await app.registered();
    for (let round = 0; round < 6; round += 1) await app.post('/api/auth/request-password-reset', { email });
    await app.post('/api/auth/request-password-reset', { email: barrier });
    await app.nextMailedToken('password_reset', barrier);
    expect((await app.mails('password_reset', email)).length).toBeLessThanOrEqual(3);
  });

  it('changes the address, un-verifies it and mails a link to the new one', async () => {
    const { email, access_token: access } = await app.loggedIn();
    const [oldToken] = await app.mailedTokens('verify_email', email);
    const moved = app.freshEmail();
    const changed = await app.put('/api/user/profile', { email: moved, current_password: PASSWORD }, access);
    expect(changed.status).toBe(200);
    expect(changed.body.user).toMatchObject({ email: moved, email_verified: false });
    const stale = await app.post('/api/auth/verify-email', { token: oldToken });
    expect(stale.body.error.code).toBe('INVALID_TOKEN');
    await app.verify(moved);
    expect((await login(email, PASSWORD)).status).toBe(401);
    expect((await login(moved, PASSWORD)).body.user.email_verified).toBe(true);
  });

  it('refuses an address that is taken and then changes nothing', async () => {
    const taken = await app.registered();
    const { email, access_token: access } = await app.loggedIn();
    const body = { email: taken, password: NEW_PASSWORD, current_password: PASSWORD };
    const answer = await app.put('/api/user/profile', body, access);
    expect([answer.status, answer.body.error.code]).toEqual([409, 'EMAIL_ALREADY_REGISTERED']);
    expect((await login(email, PASSWORD)).status).toBe(200);
    expect(await app.mails('password_changed', email)).toHaveLength(0);
  });

  it('changes the password, keeps this session and ends the others', async () => {
    const { email, access_token: access } = await app.loggedIn();
    const other = await login(email, PASSWORD);
    const body = { password: NEW_PASSWORD, current_password: PASSWORD };
    expect((await app.put('/api/user/profile', body, access)).status).toBe(200);
    expect((await app.get('/api/user/profile', access)).status).toBe(200);
    expect((await app.get('/api/user/profile', other.body.access_token)).body.error.code).toBe('TOKEN_REVOKED');
    expect((await login(email, NEW_PASSWORD)).status).toBe(200);
    expect(await app.mails('password_changed', email)).toHaveLength(1);
  });

  it.each([
    ['nothing to change', {}, 'email'],
    ['no current password', { password: NEW_PASSWORD }, 'current_password'],
    ['a wrong current password', { password: NEW_PASSWORD, current_password: 'wrong-1' }, 'current_password'],
  ])('refuses a change with %s', async (_, body, field) => {
    const { access_token: access } = await app.loggedIn();
    const answer = await app.put('/api/user/profile', body, access);
    expect(answer.status).toBe(422);
    expect(answer.body.error.details['fields']).toMatchObject([{ field }]);
  });

  it('cleans away what has expired', async () => {
    await app.loggedIn();
    app.clock.advance(31 * 86_400_000);
    await app.cleanup().run();
    for (const table of ['auth_sessions', 'refresh_tokens', 'mailed_tokens', 'login_throttles']) {
      expect(await app.database.dataSource.query(`SELECT * FROM ${table}`)).toEqual([]);
    }
  });
});
