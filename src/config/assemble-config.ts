import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { availableParallelism, hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { AppConfig, LogLevel, RateLimitSettings, SandboxConfig, SandboxedService } from './app-config.js';
import type { Environment } from './environment.js';
import type { LocalSecrets } from './local-secrets.js';
import {
  DEFAULT_RESILIENCE,
  POLICY_VARIABLES,
  type PolicySettings,
  type ResilienceSettings,
  SERVICE_NAMES,
} from './resilience-settings.js';

const MEBIBYTE = 1_048_576;
const DEFAULT_ADMIN = 'admin@oriel.localhost';
const SANDBOX_BUCKET = 'oriel-sandbox';
const SANDBOX_CLIENT_EMAIL = 'sandbox@oriel-sandbox.iam.gserviceaccount.com';

/** What a boot provides for itself where the environment says nothing. */
export interface AssemblyInputs {
  readonly httpPort: number;
  readonly ffmpegPath: string;
  /** Null in production, where every secret is configured. */
  readonly secrets: LocalSecrets | null;
  readonly sandbox: SandboxConfig | null;
}

/** A service is sandboxed when it has neither a key of its own nor an address to go to. */
export function sandboxed(environment: Environment): readonly SandboxedService[] {
  const own = {
    stripe: environment.STRIPE_SECRET_KEY ?? environment.STRIPE_API_BASE,
    gcs: environment.GCS_BUCKET ?? environment.GCS_API_ENDPOINT,
    sendgrid: environment.SENDGRID_API_KEY ?? environment.SENDGRID_API_BASE,
  } as const satisfies Record<SandboxedService, string | undefined>;
  return (Object.keys(own) as SandboxedService[]).filter((service) => own[service] === undefined);
}

/** Puts the sections together; every default value of the product stands here. */
export function assembleConfig(
  environment: Environment,
  { httpPort: port, ffmpegPath, secrets, sandbox }: AssemblyInputs,
): AppConfig {
  const production = environment.NODE_ENV === 'production';
  const stateDir = resolve(environment.STATE_DIR ?? 'var');
  const host = environment.HOST ?? '127.0.0.1';
  const publicUrl = (environment.PUBLIC_URL ?? `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`).replace(
    /\/+$/,
    '',
  );
  const doubleOf = (service: SandboxedService): string | null =>
    sandbox?.services.includes(service) === true ? sandbox.origin : null;
  const shutdownGraceMs = environment.SHUTDOWN_GRACE_MS ?? 20_000;
  return {
    environment: environment.NODE_ENV ?? 'development',
    role: environment.ROLE ?? 'all',
    version: readVersion(),
    instanceId: environment.INSTANCE_ID ?? `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`,
    stateDir,
    http: {
      host,
      port,
      publicUrl,
      trustProxy: parseTrustProxy(environment.TRUST_PROXY),
      corsOrigins: environment.CORS_ORIGINS ?? [publicUrl],
      jsonBodyLimitBytes: MEBIBYTE,
      requestTimeoutMs: 300_000,
      shutdownGraceMs,
      pagesDir: join(dirname(packageFile()), 'dist', 'web'),
    },
    log: {
      level: parseLogLevel(environment.LOG_LEVEL),
      dir: environment.LOG_DIR ?? (production ? null : join(stateDir, 'log')),
    },
    database: {
      url: environment.DATABASE_URL ?? null,
      embeddedDir: join(stateDir, 'postgres'),
      embeddedPassword: secrets?.databasePassword ?? '',
      poolSize: environment.DATABASE_POOL_SIZE ?? 10,
      connectTimeoutMs: 5_000,
      poolWaitMs: 4_000,
      statementTimeoutMs: 10_000,
      bootWaitMs: 60_000,
    },
    auth: authConfig(environment, secrets),
    rateLimits: rateLimits(environment),
    stripe: {
      secretKey: environment.STRIPE_SECRET_KEY ?? secrets?.stripeSecretKey ?? '',
      webhookSecret: environment.STRIPE_WEBHOOK_SECRET ?? secrets?.stripeWebhookSecret ?? '',
      apiBase: environment.STRIPE_API_BASE ?? doubleOf('stripe'),
    },
    gcs: gcsConfig(environment, secrets, doubleOf('gcs')),
    sendgrid: {
      apiKey: environment.SENDGRID_API_KEY ?? secrets?.sendgridApiKey ?? '',
      apiBase: environment.SENDGRID_API_BASE ?? doubleOf('sendgrid'),
      fromAddress: environment.EMAIL_FROM ?? 'no-reply@oriel.example',
      fromName: environment.EMAIL_FROM_NAME ?? 'Oriel Signal FX Pro',
    },
    storage: {
      fallbackDir: resolve(environment.STORAGE_FALLBACK_DIR ?? join(stateDir, 'storage')),
      minFreeBytes: (environment.STORAGE_MIN_FREE_MB ?? 512) * MEBIBYTE,
      downloadSecret: environment.DOWNLOAD_SECRET ?? secrets?.downloadSecret ?? '',
      videoRetentionDays: 30,
    },
    rendering: {
      ffmpegPath,
      concurrency: environment.RENDER_CONCURRENCY ?? Math.max(1, Math.floor(availableParallelism() / 2)),
      tempDir: resolve(environment.RENDER_TEMP_DIR ?? join(stateDir, 'tmp')),
      stallTimeoutMs: environment.RENDER_STALL_TIMEOUT_MS ?? 30_000,
      memoryLimitBytes: (environment.RENDER_MEMORY_LIMIT_MB ?? 1_536) * MEBIBYTE,
      shutdownGraceMs,
      maxUploadBytes: 50 * MEBIBYTE,
    },
    alerts: {
      webhookAllowedHosts: (environment.ALERT_WEBHOOK_ALLOWED_HOSTS ?? []).map((host) => host.toLowerCase()),
    },
    resilience: resilience(environment),
    sandbox,
  };
}

function authConfig(environment: Environment, secrets: LocalSecrets | null): AppConfig['auth'] {
  const adminEmails = (environment.ADMIN_EMAILS ?? (secrets === null ? [] : [DEFAULT_ADMIN])).map((email) =>
    email.toLowerCase(),
  );
  const seeded = secrets !== null && environment.ADMIN_EMAILS === undefined;
  return {
    jwtSecret: environment.JWT_SECRET ?? secrets?.jwtSecret ?? '',
    accessTokenTtlSeconds: 3_600,
    refreshTokenTtlSeconds: 30 * 86_400,
    adminEmails,
    seedAdmin: seeded ? { email: DEFAULT_ADMIN, password: secrets.adminPassword } : null,
  };
}

function gcsConfig(
  environment: Environment,
  secrets: LocalSecrets | null,
  doubleOrigin: string | null,
): AppConfig['gcs'] {
  const clientEmail = environment.GCS_CLIENT_EMAIL ?? (secrets === null ? undefined : SANDBOX_CLIENT_EMAIL);
  // Secrets in variables often carry their line breaks as two characters.
  const privateKey = environment.GCS_PRIVATE_KEY?.replaceAll('\\n', '\n') ?? secrets?.gcsPrivateKey;
  const keyFilename = environment.GOOGLE_APPLICATION_CREDENTIALS ?? null;
  return {
    bucket: environment.GCS_BUCKET ?? SANDBOX_BUCKET,
    projectId: environment.GCS_PROJECT_ID ?? 'oriel-sandbox',
    apiEndpoint: environment.GCS_API_ENDPOINT ?? doubleOrigin,
    credentials:
      keyFilename === null && clientEmail !== undefined && privateKey !== undefined
        ? { clientEmail, privateKey }
        : null,
    keyFilename,
  };
}

function rateLimits(environment: Environment): AppConfig['rateLimits'] {
  const perMinute = (points: number | undefined, fallback: number): RateLimitSettings => ({
    points: points ?? fallback,
    windowSeconds: 60,
  });
  return {
    perMinute: perMinute(environment.RATE_LIMIT_PER_MINUTE, 100),
    perHour: { points: environment.RATE_LIMIT_PER_HOUR ?? 1_000, windowSeconds: 3_600 },
    auth: perMinute(environment.RATE_LIMIT_AUTH_PER_MINUTE, 10),
    createSession: perMinute(environment.RATE_LIMIT_CREATE_SESSION_PER_MINUTE, 10),
    submit: perMinute(environment.RATE_LIMIT_SUBMIT_PER_MINUTE, 5),
    browserErrors: perMinute(environment.RATE_LIMIT_BROWSER_ERRORS_PER_MINUTE, 30),
  };
}

function resilience(environment: Environment): ResilienceSettings {
  const entries = SERVICE_NAMES.map((service) => {
    const overrides = Object.entries(POLICY_VARIABLES).flatMap(([setting, suffix]) => {
      const value = environment[`RESILIENCE_${service.toUpperCase()}_${suffix}`];
      return value === undefined ? [] : [[setting, value] as const];
    });
    return [
      service,
      { ...DEFAULT_RESILIENCE[service], ...Object.fromEntries(overrides) } satisfies PolicySettings,
    ] as const;
  });
  return Object.fromEntries(entries) as Record<(typeof SERVICE_NAMES)[number], PolicySettings>;
}

function parseLogLevel(level: string | undefined): LogLevel {
  const name = (level ?? 'info').toLowerCase();
  if (name === 'warning') return 'warn';
  return name === 'critical' ? 'fatal' : (name as LogLevel);
}

/** `true`/`false`, a number of trusted hops, or a list of addresses, as Fastify's `trustProxy` takes them. */
function parseTrustProxy(value: string | undefined): boolean | number | string {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  return /^\d+$/.test(value) ? Number(value) : value;
}

function readVersion(): string {
  return (JSON.parse(readFileSync(packageFile(), 'utf8')) as { version: string }).version;
}

function packageFile(): string {
  const path = findPackageJSON(import.meta.url);
  if (path === undefined) throw new Error('package.json is missing');
  return path;
}
