import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxOptions } from './sandbox-options.js';
import { type Sandbox, startSandbox } from './start-sandbox.js';

/** Credentials that the sandbox of a test accepts. */
export const TEST_CREDENTIALS = {
  stripeSecretKey: 'sk_test_sandbox_0123456789',
  stripeWebhookSecret: 'whsec_sandbox_0123456789',
  sendgridApiKey: 'SG.sandbox.0123456789',
  bucket: 'test-bucket',
  clientEmail: 'sandbox@test.iam.gserviceaccount.com',
} as const;

/** A sandbox in a directory of its own, which can be stopped and started again on the same state. */
export interface TestSandbox {
  readonly sandbox: Sandbox;
  readonly options: SandboxOptions;
  /** PEM key with which URLs are signed. */
  readonly gcsPrivateKey: string;
  restart(): Promise<TestSandbox>;
  close(): Promise<void>;
}

const KEYS = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** Options that may be given for one test. */
export interface TestOverrides extends Partial<Pick<SandboxOptions, 'clock'>> {
  readonly stripe?: Partial<SandboxOptions['stripe']>;
}

/** Starts a sandbox on a free port, with fresh state. */
export async function startTestSandbox(overrides: TestOverrides = {}): Promise<TestSandbox> {
  const { stripe, ...rest } = overrides;
  return await running({
    host: '127.0.0.1',
    port: 0,
    stateDir: mkdtempSync(join(tmpdir(), 'oriel-sandbox-')),
    stripe: {
      webhookUrl: null,
      webhookSecret: TEST_CREDENTIALS.stripeWebhookSecret,
      secretKey: TEST_CREDENTIALS.stripeSecretKey,
      ...stripe,
    },
    gcs: { bucket: TEST_CREDENTIALS.bucket, clientEmail: TEST_CREDENTIALS.clientEmail, publicKey: KEYS.publicKey },
    sendgrid: { apiKey: TEST_CREDENTIALS.sendgridApiKey },
    ...rest,
  });
}

async function running(options: SandboxOptions): Promise<TestSandbox> {
  const sandbox = await startSandbox(options);
  return {
    sandbox,
    options,
    gcsPrivateKey: KEYS.privateKey,
    restart: async () => {
      await sandbox.close();
      return await running(options);
    },
    close: async () => {
      await sandbox.close();
      await rm(options.stateDir, { recursive: true, force: true });
    },
  };
}
