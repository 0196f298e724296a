import type { INestApplication } from '@nestjs/common';
import { AdminSeeder } from './auth/index.js';
import type { AppConfig } from './config/index.js';

/**
 * Tells the person in front of an unconfigured product where it runs, how to sign in as its administrator
 * (the one-time password is printed only at the boot that created the account) and what is not the real service.
 * Goes to stderr, so that stdout stays JSON lines. Production prints nothing.
 */
export function welcome(app: INestApplication, config: AppConfig): void {
  if (config.environment === 'production') return;
  const lines = [`Oriel Signal FX Pro ${config.version} (${config.role}) is ready at ${config.http.publicUrl}`];
  const { seedAdmin } = config.auth;
  if (seedAdmin !== null && app.get(AdminSeeder, { strict: false }).createdAtThisBoot) {
    lines.push(`Administrator: ${seedAdmin.email}, one-time password ${seedAdmin.password}`);
  }
  lines.push(...sandboxLines(config));
  process.stderr.write(`\n${lines.map((line) => `  ${line}`).join('\n')}\n\n`);
}

function sandboxLines({ sandbox, stripe, gcs, sendgrid }: AppConfig): string[] {
  if (sandbox === null) return [];
  const { origin } = sandbox;
  const services = [
    { name: 'Stripe', base: stripe.apiBase },
    { name: 'Google Cloud Storage', base: gcs.apiEndpoint },
    { name: 'SendGrid', base: sendgrid.apiBase },
  ];
  const names = services.filter(({ base }) => base === origin).map(({ name }) => name);
  return [`Sandboxed at ${origin}: ${names.join(', ')} (mails: ${origin}/mailbox)`];
}
