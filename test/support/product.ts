import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Customer } from './customer.js';
import { eventually, freePort, ManagedProcess } from './processes.js';
import { SandboxView } from './sandbox-view.js';

const SECRETS = {
  JWT_SECRET: 'e2e-jwt-secret-e2e-jwt-secret-e2e-jwt-secret',
  DOWNLOAD_SECRET: 'e2e-download-secret-e2e-download-secret-e2e',
  ADMIN_EMAILS: 'admin@example.com',
} as const;

const VENDOR_KEYS = {
  STRIPE_SECRET_KEY: 'sk_test_e2e',
  STRIPE_WEBHOOK_SECRET: 'whsec_e2e',
  SENDGRID_API_KEY: 'SG.e2e',
} as const;

/** Limits far away, so that a test meets one only when it is about limits. */
const WIDE_LIMITS = {
  RATE_LIMIT_PER_MINUTE: '1000000',
  RATE_LIMIT_PER_HOUR: '1000000',
  RATE_LIMIT_AUTH_PER_MINUTE: '1000000',
  RATE_LIMIT_CREATE_SESSION_PER_MINUTE: '1000000',
  RATE_LIMIT_SUBMIT_PER_MINUTE: '1000000',
  RATE_LIMIT_BROWSER_ERRORS_PER_MINUTE: '1000000',
} as const;

const BUCKET = 'e2e-bucket';
const CLIENT_EMAIL = 'e2e@example.iam.gserviceaccount.com';

interface Keys {
  readonly privateKey: string;
  readonly publicKeyFile: string;
}

/**
 * Where the doubles run: in a process of their own, which the product takes for the vendors, or in the product, which then knows
 * that it has a sandbox.
 */
export type Doubles = 'beside' | 'inside';

/**
 * The built product as processes: real everything, with the sandbox doubles usually in a process of their own, so that
 * killing the product kills nothing a vendor would keep running.
 */
export class ProductUnderTest {
  private readonly processes: ManagedProcess[] = [];
  private readonly stateDir = mkdtempSync(join(tmpdir(), 'oriel-e2e-'));
  private readonly keys: Keys = makeKeys(this.stateDir);

  private constructor(
    private readonly databaseUrl: string,
    readonly port: number,
    private readonly sandboxPort: number,
    private readonly doubles: Doubles,
  ) {}

  /** Starts the doubles, unless they are to run inside; `startInstance` then starts the product on them. */
  static async prepare(databaseUrl: string, doubles: Doubles = 'beside'): Promise<ProductUnderTest> {
    const product = new ProductUnderTest(databaseUrl, await freePort(), await freePort(), doubles);
    if (doubles === 'beside') await product.startSandbox();
    return product;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get sandboxOrigin(): string {
    return `http://127.0.0.1:${this.sandboxPort}`;
  }

  /** What the doubles have and know, to be held against what the product says. */
  get sandbox(): SandboxView {
    return new SandboxView(this.sandboxOrigin, BUCKET, VENDOR_KEYS.STRIPE_SECRET_KEY);
  }

  /** What the product signs access tokens with. */
  get tokenSecret(): string {
    return SECRETS.JWT_SECRET;
  }

  /** Where all instances keep objects that Cloud Storage did not take. */
  get fallbackDir(): string {
    return join(this.stateDir, 'fallback');
  }

  /** Names of what lies in the directories in which instances keep uploads and renders while they work on them. */
  temporaryFiles(): readonly string[] {
    const instances = readdirSync(this.stateDir).filter((name) => name.startsWith('instance-'));
    return instances.flatMap((instance) =>
      readdirSync(join(this.stateDir, instance))
        .filter((name) => name === 'tmp')
        .flatMap((name) => readdirSync(join(this.stateDir, instance, name))),
    );
  }

  /**
   * Starts one process of the product and waits until it is ready. Only one of them can have `port`.
   *
   * @param started - is handed the process before it prints anything
   */
  async startInstance(
    env: Readonly<Record<string, string>> = {},
    port = this.port,
    started: (instance: ManagedProcess) => void = () => undefined,
  ): Promise<ManagedProcess> {
    const instance = ManagedProcess.start('the product', ['dist/src/main.js'], {
      STATE_DIR: join(this.stateDir, `instance-${port}`),
      STORAGE_FALLBACK_DIR: this.fallbackDir,
      PORT: String(port),
      PUBLIC_URL: this.origin,
      DATABASE_URL: this.databaseUrl,
      ...(this.doubles === 'inside' ? { SANDBOX_PORT: String(this.sandboxPort) } : this.vendors()),
      SHUTDOWN_GRACE_MS: '2000',
      ...SECRETS,
      ...WIDE_LIMITS,
      ...env,
    });
    this.processes.push(instance);
    started(instance);
    await instance.ready(`http://127.0.0.1:${port}/health/ready`);
    return instance;
  }

  /** A registered, verified and signed-in customer. */
  async newCustomer(email?: string): Promise<Customer> {
    return await Customer.register(this.origin, this.sandboxOrigin, email);
  }

  /** Makes a double misbehave, see the kinds of fault in the operator's guide. */
  async injectFault(service: 'stripe' | 'gcs' | 'sendgrid', fault: Readonly<Record<string, unknown>>): Promise<void> {
    await this.control('PUT', `/sandbox/faults/${service}`, fault);
  }

  async clearFault(service: 'stripe' | 'gcs' | 'sendgrid'): Promise<void> {
    await this.control('DELETE', `/sandbox/faults/${service}`);
  }

  /** Waits until the fault in force has spoiled at least one call. */
  async faultWasHit(service: 'stripe' | 'gcs' | 'sendgrid'): Promise<void> {
    await eventually(
      async () => {
        const response = await fetch(`${this.sandboxOrigin}/sandbox/faults/${service}`);
        return ((await response.json()) as { failed_calls: number }).failed_calls > 0;
      },
      { what: `a call to ${service} that fails` },
    );
  }

  /** Names of the objects in the bucket that start with `prefix`. */
  async storedObjects(prefix: string): Promise<readonly string[]> {
    const response = await fetch(`${this.sandboxOrigin}/storage/v1/b/${BUCKET}/o?prefix=${encodeURIComponent(prefix)}`);
    const { items = [] } = (await response.json()) as { items?: { name: string }[] };
    return items.map(({ name }) => name);
  }

  async stop(): Promise<void> {
    for (const managed of this.processes.toReversed()) await managed.end();
    rmSync(this.stateDir, { recursive: true, force: true });
  }

  private vendors(): Readonly<Record<string, string>> {
    return {
      STRIPE_API_BASE: this.sandboxOrigin,
      GCS_API_ENDPOINT: this.sandboxOrigin,
      GCS_CLIENT_EMAIL: CLIENT_EMAIL,
      GCS_PRIVATE_KEY: this.keys.privateKey,
      GCS_BUCKET: BUCKET,
      SENDGRID_API_BASE: this.sandboxOrigin,
      ...VENDOR_KEYS,
    };
  }

  private async startSandbox(): Promise<void> {
    const args = {
      port: String(this.sandboxPort),
      'state-dir': join(this.stateDir, 'sandbox'),
      'webhook-url': `${this.origin}/api/payments/webhook`,
      'webhook-secret': VENDOR_KEYS.STRIPE_WEBHOOK_SECRET,
      'stripe-key': VENDOR_KEYS.STRIPE_SECRET_KEY,
      'sendgrid-key': VENDOR_KEYS.SENDGRID_API_KEY,
      bucket: BUCKET,
      'client-email': CLIENT_EMAIL,
      'public-key-file': this.keys.publicKeyFile,
      'webhook-retry-ms': '200',
    };
    const flags = Object.entries(args).flatMap(([name, value]) => [`--${name}`, value]);
    const sandbox = ManagedProcess.start('the sandbox', ['dist/src/sandbox/main.js', ...flags], {});
    this.processes.push(sandbox);
    await sandbox.ready(`${this.sandboxOrigin}/sandbox/health`);
  }

  private async control(method: string, path: string, body?: object): Promise<void> {
    const response = await fetch(`${this.sandboxOrigin}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  }
}

function makeKeys(directory: string): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const publicKeyFile = join(directory, 'gcs-public-key.pem');
  writeFileSync(publicKeyFile, publicKey);
  return { privateKey, publicKeyFile };
}
