import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** What a production deployment would configure, made once for a machine without configuration. */
export interface LocalSecrets {
  readonly jwtSecret: string;
  readonly downloadSecret: string;
  readonly databasePassword: string;
  readonly adminPassword: string;
  readonly stripeSecretKey: string;
  readonly stripeWebhookSecret: string;
  readonly sendgridApiKey: string;
  readonly gcsPrivateKey: string;
  readonly gcsPublicKey: string;
}

function generateSecrets(): LocalSecrets {
  const random = (bytes: number): string => randomBytes(bytes).toString('base64url');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    jwtSecret: random(48),
    downloadSecret: random(48),
    databasePassword: random(24),
    // A letter and a digit, as the password rule asks for.
    adminPassword: `${random(15)}a1`,
    stripeSecretKey: `sk_test_${random(24)}`,
    stripeWebhookSecret: `whsec_${random(24)}`,
    sendgridApiKey: `SG.${random(16)}.${random(32)}`,
    gcsPrivateKey: privateKey,
    gcsPublicKey: publicKey,
  };
}

/**
 * Reads `<stateDir>/secrets.json`, making it (mode 0600) at the first boot. Written beside and linked into place, so that
 * neither a crash nor a second process starting at the same moment leaves half a file or two sets of secrets.
 */
export function loadLocalSecrets(stateDir: string): LocalSecrets {
  const path = join(stateDir, 'secrets.json');
  if (!existsSync(path)) {
    mkdirSync(stateDir, { recursive: true });
    publish(path, JSON.stringify(generateSecrets(), null, 2));
  }
  return JSON.parse(readFileSync(path, 'utf8')) as LocalSecrets;
}

function publish(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(temporary, path);
  } catch (error) {
    // Another process starting at the same moment was first: its secrets are the ones.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}
