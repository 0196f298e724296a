import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join, resolve } from 'node:path';
import type { AppConfig, SandboxConfig } from './app-config.js';
import { assembleConfig, sandboxed } from './assemble-config.js';
import { type Environment, readEnvironment } from './environment.js';
import { freePort, isOwnSandboxAt, rememberedPorts, rememberPorts } from './local-ports.js';
import { loadLocalSecrets, type LocalSecrets } from './local-secrets.js';

/** The environment does not describe a program that can run; `message` lists every problem by variable name. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
  }
}

/**
 * Builds the configuration from the environment. Outside production, whatever is missing is provided locally
 * (secrets, ports, sandbox doubles, embedded database); in production nothing is.
 * @throws ConfigurationError with every problem at once.
 */
export async function loadConfig(env: NodeJS.ProcessEnv = process.env): Promise<AppConfig> {
  const { environment, problems } = readEnvironment(env);
  const allProblems =
    environment.NODE_ENV === 'production' ? [...problems, ...missingInProduction(environment)] : [...problems];
  const ffmpegPath = environment.FFMPEG_PATH ?? findFfmpeg(env['PATH'] ?? '', environment.NODE_ENV === 'production');
  if (ffmpegPath === null) allProblems.push('FFMPEG_PATH: no ffmpeg on PATH');
  if (allProblems.length > 0 || ffmpegPath === null) throw new ConfigurationError(allProblems);
  if (environment.NODE_ENV !== 'production') return await loadWithLocalDefaults(environment, ffmpegPath);
  const httpPort = environment.PORT ?? 3000;
  return freeze(assembleConfig(environment, { httpPort, ffmpegPath, secrets: null, sandbox: null }));
}

async function loadWithLocalDefaults(environment: Environment, ffmpegPath: string): Promise<AppConfig> {
  const stateDir = resolve(environment.STATE_DIR ?? 'var');
  const secrets = loadLocalSecrets(stateDir);
  const remembered = rememberedPorts(stateDir);
  const host = environment.HOST ?? '127.0.0.1';
  const http = environment.PORT ?? (await freePort(host, remembered.http));
  const sandbox = await locateSandbox(environment, stateDir, secrets, remembered.sandbox, http);
  if (environment.ROLE !== 'worker') rememberPorts(stateDir, { http, sandbox: sandbox?.port ?? remembered.sandbox });
  return freeze(assembleConfig(environment, { httpPort: http, ffmpegPath, secrets, sandbox }));
}

function missingInProduction(environment: Environment): string[] {
  const required = [
    'DATABASE_URL', 'PUBLIC_URL', 'JWT_SECRET', 'DOWNLOAD_SECRET', 'ADMIN_EMAILS',
    'STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'GCS_BUCKET', 'SENDGRID_API_KEY', 'EMAIL_FROM',
  ] as const; // prettier-ignore
  return required.filter((name) => environment[name] === undefined).map((name) => `${name}: is required in production`);
}

/** Null where every service has a key or an address of its own. */
async function locateSandbox(
  environment: Environment,
  stateDir: string,
  secrets: LocalSecrets,
  rememberedPort: number,
  httpPort: number,
): Promise<SandboxConfig | null> {
  const services = sandboxed(environment);
  if (services.length === 0) return null;
  const host = '127.0.0.1';
  const wanted = environment.SANDBOX_PORT ?? rememberedPort;
  const running = await isOwnSandboxAt(`http://${host}:${wanted}`, stateDir);
  const port = running || environment.SANDBOX_PORT !== undefined ? wanted : await freePort(host, wanted, [httpPort]);
  return {
    services,
    host,
    port,
    stateDir: join(stateDir, 'sandbox'),
    origin: `http://${host}:${port}`,
    start: !running,
    gcsPublicKey: secrets.gcsPublicKey,
  };
}

/** The ffmpeg on PATH; outside production the npm package's binary when there is none. */
function findFfmpeg(path: string, production: boolean): string | null {
  for (const directory of path.split(delimiter).filter((entry) => entry !== '')) {
    const candidate = join(directory, 'ffmpeg');
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this directory; the next one may have it.
    }
  }
  if (production) return null;
  const installer = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string };
  return installer.path;
}

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null && !Object.isFrozen(part)) freeze(part as object);
  }
  return Object.freeze(value);
}
