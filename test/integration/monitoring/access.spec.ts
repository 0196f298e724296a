import { User } from '../../../src/auth/index.js';
import { testConfig } from '../../../src/config/testing.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { expiredToken } from '../../support/expired-token.js';
import { OperatorApp, OTHER_ADMINS, type Wire } from './operator-app.js';

const PREFIX = '/admin/api/monitoring/';

/** The one route that is open to everyone. */
const PUBLIC = `${PREFIX}health/check`;

const [UNVERIFIED, DISABLED] = OTHER_ADMINS;

type Caller =
  | 'nobody'
  | 'a broken token'
  | 'an expired token'
  | 'a customer'
  | 'an administrator with an unverified address'
  | 'a disabled administrator';

const REFUSALS: Readonly<Record<Caller, readonly [status: number, code: string]>> = {
  nobody: [401, 'UNAUTHORIZED'],
  'a broken token': [401, 'INVALID_TOKEN'],
  'an expired token': [401, 'TOKEN_EXPIRED'],
  'a customer': [403, 'ACCESS_DENIED'],
  'an administrator with an unverified address': [403, 'ACCESS_DENIED'],
  'a disabled administrator': [401, 'TOKEN_REVOKED'],
};

interface Route {
  readonly method: Parameters<OperatorApp['ask']>[0];
  readonly path: string;
}

/** The table is that of the running product, so that no new route can be forgotten. */
describe('Each route of the operator’s', () => {
  let database: TestDatabase;
  let app: OperatorApp;
  let routes: readonly Route[];
  let admin: string;

  beforeAll(async () => {
    database = await createTestDatabase({ entities: [User] });
    app = await OperatorApp.start(database.url);
    admin = await app.adminToken();
    routes = app.routes
      .map((route) => route.split(' ') as [Route['method'], string])
      .filter(([, path]) => path.startsWith(PREFIX) && path !== PUBLIC)
      .map(([method, path]) => ({ method, path: path.replaceAll(/:\w+/g, 'x') }));
  });

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  async function tokenOf(caller: Caller): Promise<string | undefined> {
    switch (caller) {
      case 'nobody':
        return undefined;
      case 'a broken token':
        return `${admin.slice(0, -6)}broken`;
      case 'an expired token':
        return expiredToken(admin, testConfig().auth.jwtSecret);
      case 'a customer':
        return await app.tokenOf(await app.register());
      case 'an administrator with an unverified address':
        return await app.tokenOf(await app.register(UNVERIFIED));
      case 'a disabled administrator':
        return await disabled();
    }
  }

  async function disabled(): Promise<string> {
    const users = database.dataSource.getRepository(User);
    const token = await app.tokenOf(await app.register(DISABLED));
    await users.update({ email: DISABLED }, { emailVerifiedAt: new Date() });
    expect((await app.monitoring('GET', 'audit', token)).status).toBe(200);
    await users.update({ email: DISABLED }, { disabledAt: new Date() });
    return token;
  }

  it('is known', () => {
    expect(routes.length).toBeGreaterThan(15);
    expect(routes.map(({ path }) => path)).toContain(`${PREFIX}circuit-breakers/reset-all`);
  });

  it.each(Object.keys(REFUSALS) as Caller[])('refuses %s', async (caller) => {
    const token = await tokenOf(caller);
    const [status, code] = REFUSALS[caller];
    for (const { method, path } of routes) {
      const answer = await app.ask<Partial<Wire>>(method, path, { token });
      expect([method, path, answer.status]).toEqual([method, path, status]);
      if (method !== 'HEAD') expect([path, answer.body.error?.code]).toEqual([path, code]);
    }
  });

  it('lets an administrator in', async () => {
    for (const { method, path } of routes) {
      // It has no end to wait for; its own suite reads it.
      if (`${method} ${path}` === `GET ${PREFIX}stream`) continue;
      const { status } = await app.ask(method, path, { token: admin });
      // What is asked for may not be there, or a body may be missing: that is for whoever is let in to hear.
      expect([method, path, [200, 202, 404, 422].includes(status) ? 'in' : status]).toEqual([method, path, 'in']);
    }
  });

  it('tells nobody without a token whether a thing exists', async () => {
    const known = await app.ask('POST', `${PREFIX}circuit-breakers/reset/stripe`);
    const unknown = await app.ask('POST', `${PREFIX}circuit-breakers/reset/nothing`);
    expect([known.status, unknown.status]).toEqual([401, 401]);
  });
});
