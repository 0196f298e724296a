import type { AppConfig, SandboxConfig } from '../config/index.js';
import type { SandboxOptions } from './sandbox-options.js';

/** The doubles that match a configuration: they accept its credentials and call its webhook. */
export function sandboxOptions(config: AppConfig, sandbox: SandboxConfig): SandboxOptions {
  const { http, stripe, gcs, sendgrid } = config;
  // The webhook goes to this machine, whatever name customers know it by.
  const host = ['0.0.0.0', '::', '::1'].includes(http.host) ? '127.0.0.1' : http.host;
  return {
    host: sandbox.host,
    port: sandbox.port,
    stateDir: sandbox.stateDir,
    stripe: {
      webhookUrl: `http://${host}:${http.port}/api/payments/webhook`,
      webhookSecret: stripe.webhookSecret,
      secretKey: stripe.secretKey,
    },
    gcs: {
      bucket: gcs.bucket,
      clientEmail: gcs.credentials?.clientEmail ?? '',
      publicKey: sandbox.gcsPublicKey,
    },
    sendgrid: { apiKey: sendgrid.apiKey },
  };
}
