import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { track } from '../support/audio.js';
import { Canaries, type Canary } from '../support/canaries.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { LeakyVendor } from '../support/leaky-vendor.js';
import { eventually, type ManagedProcess } from '../support/processes.js';
import { ProductUnderTest } from '../support/product.js';

const PASSWORD = 'correct-horse-1';
const ADMIN = 'admin@example.com';
const MONITORING = '/admin/api/monitoring';
const CONFIG = { visualization: 'bars', resolution: '854x480', fps: 15 };

interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
}

/**
 * Secrets planted through every way in. Real: the built product with its log files, PostgreSQL. Stripe, GCS and SendGrid are one
 * server that says secrets in its errors and takes alerts.
 */
describe('A secret that came in', () => {
  const canaries = new Canaries();
  const stateDir = mkdtempSync(join(tmpdir(), 'oriel-canary-'));
  const answers: { readonly place: string; readonly text: string }[] = [];
  let database: TestDatabase;
  let vendor: LeakyVendor;
  let product: ProductUnderTest;
  let instance: ManagedProcess;
  let customer: string;
  let admin: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    vendor = await LeakyVendor.start(canaries.plant('a provider’s error').map(({ text }) => text));
    product = await ProductUnderTest.prepare(database.url);
    instance = await product.startInstance({
      STATE_DIR: stateDir,
      LOG_DIR: join(stateDir, 'log'),
      LOG_LEVEL: 'DEBUG',
      STRIPE_API_BASE: vendor.origin,
      GCS_API_ENDPOINT: vendor.origin,
      SENDGRID_API_BASE: vendor.origin,
      ALERT_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
    });
    customer = await signIn('customer@example.com');
    admin = await signIn(ADMIN);
  }, 90_000);

  afterAll(async () => {
    await product.stop();
    await vendor.close();
    await database.close();
    rmSync(stateDir, { recursive: true, force: true });
  }, 60_000);

  /** Asks, and keeps all of the answer. */
  async function ask(path: string, { method = 'POST', headers = {}, body }: Question = {}): Promise<Response> {
    const answer = await fetch(`${product.origin}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await answer.clone().text();
    const head = JSON.stringify([...answer.headers]);
    answers.push({ place: `the answer of ${method} ${path.split('?')[0]}`, text: `${head} ${text}` });
    return answer;
  }

  async function askJson(path: string, token: string | null, json: unknown, method = 'POST'): Promise<Response> {
    const headers = { 'content-type': 'application/json', ...(token === null ? {} : bearer(token)) };
    return await ask(path, { method, headers, ...(method === 'GET' ? {} : { body: JSON.stringify(json) }) });
  }

  async function signIn(email: string): Promise<string> {
    await askJson('/api/auth/register', null, { email, password: PASSWORD });
    await database.dataSource.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [email]);
    const login = await askJson('/api/auth/login', null, { email, password: PASSWORD });
    return ((await login.json()) as { access_token: string }).access_token;
  }

  async function credit(): Promise<string> {
    const [row] = await database.dataSource.query<{ id: string }[]>(
      `INSERT INTO payments (id, user_id, tier, amount_cents, currency, status, customer_email, success_url, cancel_url, created_at, updated_at)
       SELECT gen_random_uuid(), id, 'basic', 299, 'usd', 'completed', email, 'x', 'x', now(), now()
       FROM users WHERE email = 'customer@example.com' RETURNING id`,
    );
    return row?.id ?? '';
  }

  async function submit(name: string, audio: Uint8Array<ArrayBuffer>, more: readonly Canary[], config: string) {
    const form = new FormData();
    for (const { key, value } of more) form.append(key, value);
    form.set('payment_id', await credit());
    form.set('render_config', config);
    form.set('audio_file', new Blob([audio]), name);
    return await ask('/api/jobs/render/submit', { headers: bearer(customer), body: form });
  }

  /** Alerts by webhook and by mail, of every error there is. */
  async function makeRules(): Promise<void> {
    const rule = { error_threshold: 1, time_window: 3_600, cooldown: 0 };
    const hook = { webhook_url: `${vendor.origin}/alerts`, webhook_secret: 'a-webhook-secret-of-32-characters' };
    for (const [name, more] of [
      ['hook', { notification_method: 'webhook', ...hook }],
      ['stripe', { notification_method: 'webhook', ...hook, filters: { service: 'stripe' } }],
      ['mail', { notification_method: 'email' }],
    ] as const) {
      const made = await askJson(`${MONITORING}/alerts/configure`, admin, { ...rule, name, ...more });
      expect(made.status).toBe(200);
    }
  }

  async function plantInRequests(): Promise<void> {
    const headers = Object.fromEntries(
      canaries.plant('a header').map(({ key, text, value }, index) => {
        const isOwn = ['authorization', 'cookie', 'set-cookie'].includes(key);
        return [isOwn ? key : `x-${key}-${index}`, (isOwn ? text : value).replaceAll('\n', ' ')];
      }),
    );
    const referers = canaries.plant('the referer and the user agent');
    const query = canaries.plant('the query').map(({ key, value }) => `${key}=${encodeURIComponent(value)}`);
    for (const path of ['/api/user/profile', '/api/payments/history', '/api/nothing', '/api/payments/status/x']) {
      await ask(path, { method: 'GET', headers });
      await ask(`${path}?${query.join('&')}`, { method: 'GET', headers: bearer(customer) });
    }
    const said = referers.map(({ text }) => text.replaceAll('\n', ' ')).join(' ');
    await ask('/api/nothing', {
      method: 'GET',
      headers: { referer: `https://example.com/?${said}`, 'user-agent': said },
    });
    for (const { text } of canaries.plant('the path')) {
      for (const path of [`${MONITORING}/alerts/`, '/']) {
        await ask(`${path}${encodeURIComponent(text)}`, { method: 'GET', headers: bearer(admin) });
      }
    }
    for (const { key, value } of canaries.plant('the id of a request')) {
      // A name says nothing where there is none.
      if (key === 'note')
        await ask('/api/nothing', { method: 'GET', headers: { 'x-request-id': value.replaceAll('\n', '') } });
    }
    for (const { value } of canaries.plant('the token of a request')) {
      const token = value.replaceAll(/\s/g, '');
      await ask('/api/user/profile', { method: 'GET', headers: { authorization: `Bearer ${token}` } });
    }
  }

  async function plantInBodies(): Promise<void> {
    const json = Object.fromEntries(
      canaries.plant('a body').map(({ key, value }, index) => [`${key}_${index}`, value]),
    );
    for (const path of ['/api/auth/login', '/api/auth/register', '/api/payments/create-session', '/api/logs']) {
      await askJson(path, customer, { ...json, nested: { list: [json] } });
    }
    for (const { key, value } of canaries.plant('a password')) {
      const password = value.slice(0, 128);
      await askJson('/api/auth/reset-password', null, { token: value, password });
      await askJson('/api/auth/refresh', null, { refresh_token: value });
      // Each costs a computation of argon2.
      if (key === 'note') await askJson('/api/auth/login', null, { email: 'customer@example.com', password });
    }
    for (const { text } of canaries.plant('a broken body')) {
      const headers = { 'content-type': 'application/json' };
      await ask('/api/auth/login', { headers, body: `{"email": "${text}` });
      await ask('/api/auth/login', { headers, body: text });
    }
    const texts = canaries.plant('a body of another kind').map(({ text }) => text);
    await ask('/api/auth/login', { headers: { 'content-type': 'text/plain' }, body: texts.join(' ') });
    for (const { text } of canaries.plant('a webhook')) {
      const headers = {
        'content-type': 'application/json',
        'stripe-signature': `t=1,v1=${text.replaceAll('\n', ' ')}`,
      };
      await ask('/api/payments/webhook', { headers, body: JSON.stringify({ id: 'evt_1', note: text }) });
    }
    for (const { text } of canaries.plant('a reason')) {
      await askJson(`${MONITORING}/circuit-breakers/reset/gcs`, admin, { reason: text });
    }
  }

  async function plantInForms(): Promise<void> {
    const noise = new Uint8Array(Buffer.alloc(5_000, 'x'));
    await submit('track.wav', noise, canaries.plant('a form field'), JSON.stringify(CONFIG));
    const texts = canaries.plant('a broken form field').map(({ text }) => text);
    await submit('track.wav', noise, [], `{"visualization": "${texts.join(' ')}`);
    await submit('track.wav', noise, [], JSON.stringify({ ...CONFIG, resolution: texts, color: texts.join(' ') }));
    for (const { text } of canaries.plant('a file name'))
      await submit(`${text}.wav`, noise, [], JSON.stringify(CONFIG));
    const names = canaries.plant('the file name of a track').map(({ text }) => text);
    await submit(`${names.join(' ')}.wav`.slice(0, 4_000), track(2), [], JSON.stringify(CONFIG));
  }

  async function callVendors(): Promise<void> {
    await askJson('/api/payments/create-session', customer, { tier: 'basic' });
    const submitted = await submit('track.wav', track(2), [], JSON.stringify(CONFIG));
    expect(submitted.status).toBe(202);
    const called = (part: string): boolean => vendor.received.some(({ path }) => path.includes(part));
    await eventually(async () => called('/v1/checkout') && called('/v3/mail') && called('storage'), {
      what: 'every provider to be called',
    });
  }

  /** Everything that administrators can read. */
  async function readAll(): Promise<void> {
    const document = (await (await ask('/docs/openapi.json', { method: 'GET' })).json()) as { paths: object };
    const paths = Object.keys(document.paths).filter(
      (path) => path.startsWith('/admin/') && !/[{]|\/stream$/.test(path),
    );
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths) await askJson(path, admin, undefined, 'GET');
  }

  function leaksInFiles(directory: string): readonly string[] {
    return readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      if (!entry.isFile()) return [];
      const file = join(entry.parentPath, entry.name);
      return canaries.foundIn(`the file ${entry.name}`, readFileSync(file, 'latin1'));
    });
  }

  async function leaksInTables(): Promise<readonly string[]> {
    const tables = await database.dataSource.query<{ name: string }[]>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(tables.length).toBeGreaterThan(20);
    const leaks: string[] = [];
    for (const { name } of tables) {
      const rows = await database.dataSource.query<{ row: string }[]>(`SELECT t::text AS row FROM ${name} AS t`);
      for (const { row } of rows) leaks.push(...canaries.foundIn(`the table ${name}`, row));
    }
    return leaks;
  }

  it('is in no log file, no table, no answer and no alert', async () => {
    await makeRules();
    await plantInRequests();
    await plantInBodies();
    await plantInForms();
    await callVendors();
    const alerts = (): readonly string[] =>
      vendor.received.filter(({ path }) => path === '/alerts' || path.includes('/v3/mail')).map(({ body }) => body);
    await eventually(async () => alerts().filter((body) => body.includes('alert.firing')).length >= 2, {
      what: 'the alerts',
      timeoutMs: 60_000,
    });
    await readAll();
    const kinds = new Set(canaries.planted.map(({ kind }) => kind));
    expect(kinds.size).toBeGreaterThanOrEqual(30);
    const inAlerts = alerts().flatMap((body) => canaries.foundIn('an alert', body));
    const inAnswers = answers.flatMap(({ place, text }) => canaries.foundIn(place, text));
    const inTables = await leaksInTables();
    // What it printed and wrote is all there once it has ended.
    await instance.end();
    const printed = canaries.foundIn('what it printed', instance.printed);
    expect([...new Set([...inAlerts, ...inAnswers, ...inTables, ...printed, ...leaksInFiles(stateDir)])]).toEqual([]);
    // It was all written about, and not merely lost.
    const log = readFileSync(join(stateDir, 'log', 'app.log'), 'utf8');
    for (const word of [
      'The request was refused',
      '[REDACTED]',
      'VALIDATION_ERROR',
      'webhook_signature_failed',
      'upload_refused',
    ]) {
      expect([word, log.includes(word)]).toEqual([word, true]);
    }
  }, 300_000);
});

function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}
