import type { ResilienceSettings } from './resilience-settings.js';

/** Injection token of the frozen {@link AppConfig}. */
export const APP_CONFIG = Symbol('AppConfig');

export type RuntimeEnvironment = 'production' | 'development' | 'test';

/** Which half of the program a process runs: `api` serves HTTP, `worker` takes jobs, `all` does both. */
export type ProcessRole = 'all' | 'api' | 'worker';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Points (requests) allowed in a window of `windowSeconds`. */
export interface RateLimitSettings {
  readonly points: number;
  readonly windowSeconds: number;
}

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** Origin under which customers reach us, without a trailing slash. */
  readonly publicUrl: string;
  /** What Fastify's `trustProxy` takes: whether `X-Forwarded-*` is believed, and from whom. */
  readonly trustProxy: boolean | number | string;
  readonly corsOrigins: readonly string[];
  readonly jsonBodyLimitBytes: number;
  readonly requestTimeoutMs: number;
  /** How long in-flight requests may take to finish at shutdown. */
  readonly shutdownGraceMs: number;
  /** Directory of the built pages; null serves none. */
  readonly pagesDir: string | null;
}

export interface LogConfig {
  readonly level: LogLevel;
  /** Directory of the rotated files; null writes to stdout only. */
  readonly dir: string | null;
}

export interface DatabaseConfig {
  /** Connection URL of an existing PostgreSQL; null starts the embedded server in `embeddedDir`. */
  readonly url: string | null;
  readonly embeddedDir: string;
  readonly embeddedPassword: string;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  /** How long a statement waits for a free connection of a full pool. */
  readonly poolWaitMs: number;
  readonly statementTimeoutMs: number;
  /** How long boot waits for a database that is not there yet. */
  readonly bootWaitMs: number;
}

export interface AuthConfig {
  readonly jwtSecret: string;
  readonly accessTokenTtlSeconds: number;
  readonly refreshTokenTtlSeconds: number;
  /** Lower-case addresses that are administrators once verified. */
  readonly adminEmails: readonly string[];
  /** The administrator created at the first boot without configuration; null in production. */
  readonly seedAdmin: { readonly email: string; readonly password: string } | null;
}

export interface RateLimitsConfig {
  readonly perMinute: RateLimitSettings;
  readonly perHour: RateLimitSettings;
  readonly auth: RateLimitSettings;
  readonly createSession: RateLimitSettings;
  readonly submit: RateLimitSettings;
  readonly browserErrors: RateLimitSettings;
}

export interface StripeConfig {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Base URL instead of Stripe's own; null for the real service. */
  readonly apiBase: string | null;
}

export interface GcsConfig {
  readonly bucket: string;
  readonly projectId: string;
  readonly apiEndpoint: string | null;
  readonly credentials: { readonly clientEmail: string; readonly privateKey: string } | null;
  readonly keyFilename: string | null;
}

export interface SendgridConfig {
  readonly apiKey: string;
  readonly apiBase: string | null;
  readonly fromAddress: string;
  readonly fromName: string;
}

export interface StorageConfig {
  readonly fallbackDir: string;
  /** Free space that must remain on the fallback disk after a write. */
  readonly minFreeBytes: number;
  /** Key of the signed tokens in `/api/downloads/:token`. */
  readonly downloadSecret: string;
  readonly videoRetentionDays: number;
}

export interface RenderingConfig {
  readonly ffmpegPath: string;
  readonly concurrency: number;
  /** Where uploads and render attempts keep their files while they last. */
  readonly tempDir: string;
  readonly stallTimeoutMs: number;
  /** Resident memory that one renderer and its ffmpegs may use together. */
  readonly memoryLimitBytes: number;
  /** How long a render may go on at shutdown before it is handed back to the queue. */
  readonly shutdownGraceMs: number;
  readonly maxUploadBytes: number;
}

export interface AlertsConfig {
  /** Hosts, in lower case, that alerts may be posted to although their address is not a public one. */
  readonly webhookAllowedHosts: readonly string[];
}

/** A vendor that a double can stand in for. */
export type SandboxedService = 'stripe' | 'gcs' | 'sendgrid';

/** Where and how the loopback doubles run; only outside production. */
export interface SandboxConfig {
  /** Those that a double stands in for; the others have a key or an address of their own. */
  readonly services: readonly SandboxedService[];
  readonly host: string;
  readonly port: number;
  readonly stateDir: string;
  /** Origin of the doubles, e.g. `http://127.0.0.1:3001`. */
  readonly origin: string;
  /** False when another process of the same state directory already runs them. */
  readonly start: boolean;
  readonly gcsPublicKey: string;
}

/** Everything the process may know about its surroundings, read once at boot and frozen. */
export interface AppConfig {
  readonly environment: RuntimeEnvironment;
  readonly role: ProcessRole;
  readonly version: string;
  /** Identifies this process among all instances. */
  readonly instanceId: string;
  readonly stateDir: string;
  readonly http: HttpConfig;
  readonly log: LogConfig;
  readonly database: DatabaseConfig;
  readonly auth: AuthConfig;
  readonly rateLimits: RateLimitsConfig;
  readonly stripe: StripeConfig;
  readonly gcs: GcsConfig;
  readonly sendgrid: SendgridConfig;
  readonly storage: StorageConfig;
  readonly rendering: RenderingConfig;
  readonly alerts: AlertsConfig;
  readonly resilience: ResilienceSettings;
  readonly sandbox: SandboxConfig | null;
}
