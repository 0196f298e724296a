import { RecentAdmins } from '../../../src/auth/guards/recent-admins.js';
import { User } from '../../../src/auth/index.js';
import { testConfig } from '../../../src/config/testing.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DatabaseProxy } from '../../support/database-proxy.js';
import { expiredToken } from '../../support/expired-token.js';
import { ADMIN, OperatorApp, OTHER_ADMINS, PASSWORD, type Wire } from './operator-app.js';

const PREFIX = '/admin/api/monitoring/';
const RECENT_ERRORS = `${PREFIX}logs/recent-errors`;
/** The one route that is open to everyone. */
const PUBLIC = `${PREFIX}health/check`;

const CALLERS = {
  'an administrator whom the process has let in': [200, undefined],
  'an administrator in a session that it has not let in': [503, 'DATABASE_CONNECTION_ERROR'],
  'an administrator who had signed out': [503, 'DATABASE_CONNECTION_ERROR'],
  'an administrator who had been disabled': [503, 'DATABASE_CONNECTION_ERROR'],
  'an administrator whose address was not verified any more': [503, 'DATABASE_CONNECTION_ERROR'],
  'a customer': [503, 'DATABASE_CONNECTION_ERROR'],
  'an expired token of an administrator whom it has let in': [401, 'TOKEN_EXPIRED'],
  'a token of theirs with another signature': [401, 'INVALID_TOKEN'],
  nobody: [401, 'UNAUTHORIZED'],
} as const satisfies Readonly<Record<string, readonly [status: number, code: string | undefined]>>;

type Caller = keyof typeof CALLERS;

/** Real: the product and PostgreSQL, until it goes away. What others did before, they did through another process. */
describe('While PostgreSQL is away, the operator’s routes', () => {
  let database: TestDatabase;
  let proxy: DatabaseProxy;
  let app: OperatorApp;
  let elsewhere: OperatorApp;
  let tokens: Readonly<Record<Caller, string | undefined>>;

  beforeAll(async () => {
    database = await createTestDatabase({ entities: [User] });
    proxy = await DatabaseProxy.start(database.url);
    app = await OperatorApp.start(proxy.url);
    elsewhere = await OperatorApp.start(database.url, 'pod-2');
    tokens = await callers();
    await app.app.get(RecentAdmins, { strict: false }).lookAgain();
    await proxy.close();
  });

  afterAll(async () => {
    await proxy.open();
    await app.close();
    await elsewhere.close();
    await proxy.close();
    await database.close();
  });

  async function callers(): Promise<Readonly<Record<Caller, string | undefined>>> {
    const admin = await letIn(await app.adminToken());
    const [disabled, unverified] = OTHER_ADMINS;
    return {
      'an administrator whom the process has let in': admin,
      'an administrator in a session that it has not let in': await app.adminToken(),
      'an administrator who had signed out': await signedOut(),
      'an administrator who had been disabled': await changed(disabled, { disabledAt: new Date() }),
      'an administrator whose address was not verified any more': await changed(unverified, { emailVerifiedAt: null }),
      'a customer': await app.tokenOf(await app.register()),
      'an expired token of an administrator whom it has let in': expiredToken(admin, testConfig().auth.jwtSecret),
      'a token of theirs with another signature': `${admin.slice(0, -6)}broken`,
      nobody: undefined,
    };
  }

  async function letIn(token: string): Promise<string> {
    expect((await app.ask('GET', RECENT_ERRORS, { token })).status).toBe(200);
    return token;
  }

  async function signedOut(): Promise<string> {
    const { body } = await app.ask<{ access_token: string; refresh_token: string }>('POST', '/api/auth/login', {
      json: ADMIN,
    });
    const token = await letIn(body.access_token);
    const { status } = await elsewhere.ask('POST', '/api/auth/logout', { json: { refresh_token: body.refresh_token } });
    expect(status).toBe(204);
    return token;
  }

  async function changed(email: string, change: Partial<User>): Promise<string> {
    const users = database.dataSource.getRepository(User);
    await app.register(email);
    await users.update({ email }, { emailVerifiedAt: new Date() });
    const token = await letIn(await app.tokenOf(email, PASSWORD));
    await users.update({ email }, change);
    return token;
  }

  it.each(Object.keys(CALLERS) as Caller[])('know what to say to %s', async (caller) => {
    const { status, body } = await app.ask<Partial<Wire>>('GET', RECENT_ERRORS, { token: tokens[caller] });
    expect([status, body.error?.code]).toEqual(CALLERS[caller]);
  });

  it('let nobody do or see more than recent errors', async () => {
    const routes = app.routes.filter((route) => route.includes(` ${PREFIX}`) && !route.endsWith(` ${PUBLIC}`));
    expect(routes.length).toBeGreaterThan(15);
    const token = tokens['an administrator whom the process has let in'];
    const answers = await Promise.all(
      routes.map(async (route) => {
        const [method, path] = route.split(' ') as [Parameters<OperatorApp['ask']>[0], string];
        return { route, status: (await app.ask(method, path.replaceAll(/:\w+/g, 'x'), { token })).status };
      }),
    );
    expect(answers.filter(({ status }) => status !== 503)).toEqual([
      { route: `GET ${RECENT_ERRORS}`, status: 200 },
      { route: `HEAD ${RECENT_ERRORS}`, status: 200 },
      { route: `GET ${PREFIX}errors/events/:id`, status: 404 },
      { route: `HEAD ${PREFIX}errors/events/:id`, status: 404 },
    ]);
  });
});
