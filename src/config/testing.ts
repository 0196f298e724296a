import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppConfig } from './app-config.js';
import { DEFAULT_RESILIENCE } from './resilience-settings.js';

type Overrides = { readonly [Section in keyof AppConfig]?: Partial<AppConfig[Section]> };

function baseConfig(stateDir: string): AppConfig {
  const unreachable = 'http://127.0.0.1:9';
  return {
    environment: 'test',
    role: 'all',
    version: '0.0.0-test',
    instanceId: 'test-instance',
    stateDir,
    http: {
      host: '127.0.0.1',
      port: 0,
      publicUrl: 'http://127.0.0.1:3000',
      trustProxy: false,
      corsOrigins: ['http://127.0.0.1:3000'],
      jsonBodyLimitBytes: 1_048_576,
      requestTimeoutMs: 300_000,
      shutdownGraceMs: 1_000,
      pagesDir: null,
    },
    log: { level: 'fatal', dir: null },
    database: {
      url: null,
      embeddedDir: join(stateDir, 'postgres'),
      embeddedPassword: 'test-database-password',
      poolSize: 5,
      connectTimeoutMs: 5_000,
      poolWaitMs: 4_000,
      statementTimeoutMs: 10_000,
      bootWaitMs: 60_000,
    },
    auth: {
      jwtSecret: 'test-jwt-secret-that-is-long-enough-0123456789',
      accessTokenTtlSeconds: 3_600,
      refreshTokenTtlSeconds: 30 * 86_400,
      adminEmails: ['admin@example.com'],
      seedAdmin: null,
    },
    rateLimits: {
      perMinute: { points: 100_000, windowSeconds: 60 },
      perHour: { points: 1_000_000, windowSeconds: 3_600 },
      auth: { points: 100_000, windowSeconds: 60 },
      createSession: { points: 100_000, windowSeconds: 60 },
      submit: { points: 100_000, windowSeconds: 60 },
      browserErrors: { points: 100_000, windowSeconds: 60 },
    },
    stripe: { secretKey: 'sk_test_0123456789', webhookSecret: 'whsec_test_0123456789', apiBase: unreachable },
    gcs: { bucket: 'test-bucket', projectId: 'test', apiEndpoint: unreachable, credentials: null, keyFilename: null },
    sendgrid: {
      apiKey: 'SG.test',
      apiBase: unreachable,
      fromAddress: 'no-reply@example.com',
      fromName: 'Oriel Signal FX Pro',
    },
    storage: {
      fallbackDir: join(stateDir, 'storage'),
      minFreeBytes: 0,
      downloadSecret: 'test-download-secret-0123456789',
      videoRetentionDays: 30,
    },
    rendering: {
      ffmpegPath: 'ffmpeg',
      concurrency: 1,
      tempDir: join(stateDir, 'tmp'),
      stallTimeoutMs: 30_000,
      memoryLimitBytes: 1_536 * 1_048_576,
      shutdownGraceMs: 1_000,
      maxUploadBytes: 50 * 1_048_576,
    },
    alerts: { webhookAllowedHosts: [] },
    resilience: DEFAULT_RESILIENCE,
    sandbox: null,
  };
}

function isSection(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A complete configuration for tests, with sections merged one level deep.
 * Its limits are far away, its services unreachable, and it writes below the system's temporary directory.
 */
export function testConfig(overrides: Overrides = {}): AppConfig {
  const base = baseConfig(overrides.stateDir ?? join(tmpdir(), 'oriel-test'));
  const merged = Object.entries(overrides).map(([name, value]) => {
    const section = base[name as keyof AppConfig];
    return [name, isSection(section) && isSection(value) ? { ...section, ...value } : value];
  });
  return { ...base, ...Object.fromEntries(merged) } as AppConfig;
}
