import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, loadConfig } from './load-config.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  PATH: process.env['PATH'],
  FFMPEG_PATH: '/usr/bin/ffmpeg',
  DATABASE_URL: 'postgres://user:hunter2@db:5432/oriel',
  PUBLIC_URL: 'https://oriel.example/',
  JWT_SECRET: 'j'.repeat(32),
  DOWNLOAD_SECRET: 'd'.repeat(32),
  ADMIN_EMAILS: 'Ops@Example.com, second@example.com',
  STRIPE_SECRET_KEY: 'sk_live_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  GCS_BUCKET: 'videos',
  SENDGRID_API_KEY: 'SG.1',
  EMAIL_FROM: 'no-reply@oriel.example',
} as const;

describe('loadConfig', () => {
  let stateDir: string;

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'oriel-config-'));
  });

  afterEach(() => {
    rmSync(stateDir, { recursive: true, force: true });
  });

  async function problemsOf(env: NodeJS.ProcessEnv): Promise<ConfigurationError> {
    return await loadConfig(env).then(
      () => Promise.reject(new Error('expected the configuration to be refused')),
      (error: unknown) => error as ConfigurationError,
    );
  }

  it('runs with no configuration at all on local secrets and the sandbox', async () => {
    const config = await loadConfig({ STATE_DIR: stateDir, PATH: '' });
    expect(config).toMatchObject({ environment: 'development', role: 'all', database: { url: null } });
    expect(config.sandbox?.start).toBe(true);
    expect(config.sandbox?.services).toEqual(['stripe', 'gcs', 'sendgrid']);
    expect(config.stripe.apiBase).toBe(config.sandbox?.origin);
    expect(config.auth.seedAdmin?.email).toBe('admin@oriel.localhost');
    expect(config.rendering.ffmpegPath).toContain('@ffmpeg-installer');
    expect(statSync(join(stateDir, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('keeps its secrets over a restart', async () => {
    const first = await loadConfig({ STATE_DIR: stateDir });
    const second = await loadConfig({ STATE_DIR: stateDir });
    expect(second.auth.jwtSecret).toBe(first.auth.jwtSecret);
    expect(JSON.parse(readFileSync(join(stateDir, 'secrets.json'), 'utf8'))).toHaveProperty('gcsPrivateKey');
  });

  it('steps aside to a free port when the remembered one is taken', async () => {
    const first = await loadConfig({ STATE_DIR: stateDir });
    const blocker = await listen(first.http.port);
    const second = await loadConfig({ STATE_DIR: stateDir });
    blocker.close();
    expect(second.http.port).not.toBe(first.http.port);
    expect(second.http.publicUrl).toBe(`http://127.0.0.1:${second.http.port}`);
  });

  it('lets a double stand in only for what has neither a key nor an address of its own', async () => {
    const env = { STATE_DIR: stateDir, STRIPE_SECRET_KEY: 'sk_test_1', SENDGRID_API_BASE: 'http://127.0.0.1:4444' };
    const { sandbox, stripe, gcs, sendgrid } = await loadConfig(env);
    expect(sandbox?.services).toEqual(['gcs']);
    expect([stripe.apiBase, gcs.apiEndpoint]).toEqual([null, sandbox?.origin]);
    expect(sendgrid.apiBase).toBe('http://127.0.0.1:4444');
  });

  it('does not start the sandbox when every service has a key or an address of its own', async () => {
    const config = await loadConfig({
      STATE_DIR: stateDir,
      STRIPE_SECRET_KEY: 'sk_test_1',
      GCS_API_ENDPOINT: 'http://127.0.0.1:4443',
      SENDGRID_API_BASE: 'http://127.0.0.1:4444',
    });
    expect(config.sandbox).toBeNull();
    expect(config.stripe.apiBase).toBeNull();
    expect(config.gcs.apiEndpoint).toBe('http://127.0.0.1:4443');
  });

  it('takes a complete production environment and writes nothing', async () => {
    const config = await loadConfig({ ...PRODUCTION, STATE_DIR: stateDir });
    expect(config.sandbox).toBeNull();
    expect(config.auth.adminEmails).toEqual(['ops@example.com', 'second@example.com']);
    expect(config.auth.seedAdmin).toBeNull();
    expect(config.http.publicUrl).toBe('https://oriel.example');
    expect(existsSync(join(stateDir, 'secrets.json'))).toBe(false);
    expect(Object.isFrozen(config.stripe)).toBe(true);
  });

  it('refuses production with one message that lists every problem by name', async () => {
    const error = await problemsOf({ NODE_ENV: 'production', PATH: '', PORT: 'eighty', LOG_LEVEL: 'loud' });
    expect(error).toBeInstanceOf(ConfigurationError);
    for (const name of [
      'PORT',
      'LOG_LEVEL',
      'DATABASE_URL',
      'JWT_SECRET',
      'STRIPE_SECRET_KEY',
      'GCS_BUCKET',
      'FFMPEG_PATH',
    ]) {
      expect(error.message).toContain(`  - ${name}: `);
    }
  });

  it('never prints a value', async () => {
    const error = await problemsOf({
      ...PRODUCTION,
      JWT_SECRET: 'hunter2',
      STRIPE_SECRET_KEY: 'hunter2',
      DATABASE_URL: 'hunter2',
    });
    expect(error.problems).toHaveLength(3);
    expect(error.message).not.toContain('hunter2');
  });

  it.each([
    ['DEBUG', 'debug'],
    ['INFO', 'info'],
    ['WARNING', 'warn'],
    ['ERROR', 'error'],
    ['CRITICAL', 'fatal'],
    ['trace', 'trace'],
  ])('understands LOG_LEVEL=%s', async (name, level) => {
    const config = await loadConfig({ ...PRODUCTION, LOG_LEVEL: name });
    expect(config.log.level).toBe(level);
  });

  it('takes the limits of a render from the environment', async () => {
    const env = { ...PRODUCTION, RENDER_MEMORY_LIMIT_MB: '512', RENDER_TEMP_DIR: '/scratch' };
    const { rendering } = await loadConfig(env);
    expect(rendering).toMatchObject({ memoryLimitBytes: 512 * 1_048_576, tempDir: '/scratch' });
    expect((await problemsOf({ ...env, RENDER_MEMORY_LIMIT_MB: '64' })).message).toContain('RENDER_MEMORY_LIMIT_MB');
  });

  it('takes the numbers of a policy from the environment', async () => {
    const config = await loadConfig({
      ...PRODUCTION,
      RESILIENCE_STRIPE_FAILURE_THRESHOLD: '7',
      RESILIENCE_GCS_QUEUE: '0',
    });
    expect(config.resilience.stripe.failureThreshold).toBe(7);
    expect(config.resilience.stripe.recoveryTimeoutMs).toBe(60_000);
    expect(config.resilience.gcs.queue).toBe(0);
  });

  it('takes a list of hosts for webhooks, but neither addresses of pages nor ports', async () => {
    const config = await loadConfig({
      ...PRODUCTION,
      ALERT_WEBHOOK_ALLOWED_HOSTS: 'Hooks.internal, 10.1.2.3,[fd00::1]',
    });
    expect(config.alerts.webhookAllowedHosts).toEqual(['hooks.internal', '10.1.2.3', '[fd00::1]']);
    for (const hosts of ['http://hooks.internal', 'hooks.internal:8080', 'hooks.internal/path', '*']) {
      const error = await problemsOf({ ...PRODUCTION, ALERT_WEBHOOK_ALLOWED_HOSTS: hosts });
      expect(error.message).toContain('ALERT_WEBHOOK_ALLOWED_HOSTS: ');
    }
  });
});

async function listen(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}
