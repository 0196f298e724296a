import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { SandboxOptions } from './sandbox-options.js';
import { startSandbox } from './start-sandbox.js';

const USAGE = `Usage: node dist/src/sandbox/main.js --state-dir DIR --webhook-url URL --webhook-secret SECRET
  --stripe-key KEY --sendgrid-key KEY --bucket NAME --client-email ADDRESS
  [--public-key-file PEM] [--host 127.0.0.1] [--port 0] [--async-settlement-ms 3000] [--webhook-retry-ms 1000]
`;

/** Reads the command line. @throws Error for an option that is missing or unknown. */
function readOptions(args: readonly string[]): SandboxOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: text,
      port: text,
      'state-dir': text,
      'webhook-url': text,
      'webhook-secret': text,
      'stripe-key': text,
      'sendgrid-key': text,
      bucket: text,
      'client-email': text,
      'public-key-file': text,
      'async-settlement-ms': text,
      'webhook-retry-ms': text,
    },
  });
  const required = (name: keyof typeof values): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`--${name} is required`);
    return value;
  };
  const number = (name: keyof typeof values): number | undefined => {
    const value = values[name];
    if (value !== undefined && !/^\d{1,9}$/.test(value)) throw new Error(`--${name} must be a whole number`);
    return value === undefined ? undefined : Number(value);
  };
  const publicKeyFile = values['public-key-file'];
  const asyncSettlementMs = number('async-settlement-ms');
  const webhookRetryMs = number('webhook-retry-ms');
  return {
    host: values.host ?? '127.0.0.1',
    port: number('port') ?? 0,
    stateDir: required('state-dir'),
    stripe: {
      webhookUrl: required('webhook-url'),
      webhookSecret: required('webhook-secret'),
      secretKey: required('stripe-key'),
      ...(asyncSettlementMs === undefined ? {} : { asyncSettlementMs }),
      ...(webhookRetryMs === undefined ? {} : { webhookRetryMs }),
    },
    gcs: {
      bucket: required('bucket'),
      clientEmail: required('client-email'),
      ...(publicKeyFile === undefined ? {} : { publicKey: readFileSync(publicKeyFile, 'utf8') }),
    },
    sendgrid: { apiKey: required('sendgrid-key') },
  };
}

/** The doubles as a process of their own: it prints one JSON line with its address once it can be used. */
async function main(): Promise<void> {
  const sandbox = await startSandbox(readOptions(process.argv.slice(2)));
  let closing = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (closing) return;
      closing = true;
      void sandbox.close();
    });
  }
  process.stdout.write(`${JSON.stringify({ url: sandbox.url, pid: process.pid })}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 1;
}
