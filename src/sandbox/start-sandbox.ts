import { resolve } from 'node:path';
import { mkdirSync } from 'node:fs';
import { inspect } from 'node:util';
import Fastify, { type FastifyInstance } from 'fastify';
import { SystemClock } from '../platform/time/index.js';
import { FaultTable } from './faults/fault-table.js';
import { faultRoutes } from './faults/fault-routes.js';
import { GcsDouble } from './gcs/gcs-double.js';
import type { SandboxOptions } from './sandbox-options.js';
import { SendgridDouble } from './sendgrid/sendgrid-double.js';
import { lockState } from './state/state-lock.js';
import { StripeDouble } from './stripe/stripe-double.js';

/** The running doubles. */
export interface Sandbox {
  /** Origin under which all of them are reached, e.g. `http://127.0.0.1:3001`. */
  readonly url: string;
  readonly faults: FaultTable;
  /** Does at once what is due by the clock; it also happens by itself, four times a second. */
  tick(): void;
  /** Stops listening, breaks off what is under way, and leaves the state directory for the next start. */
  close(): Promise<void>;
}

const TICK_MS = 250;

/**
 * Starts the doubles of Stripe, Cloud Storage and SendGrid on one loopback port. Everything they have accepted is on disk
 * under `stateDir` before they answer, so that a kill at any point loses nothing that was acknowledged.
 * @throws StateInUseError when another sandbox runs on that directory; Error when the port is taken.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const stateDir = resolve(options.stateDir);
  mkdirSync(stateDir, { recursive: true });
  const release = await lockState(stateDir);
  try {
    return await startLocked(options, stateDir, release);
  } catch (error) {
    await release();
    throw error;
  }
}

async function startLocked(options: SandboxOptions, stateDir: string, release: () => Promise<void>): Promise<Sandbox> {
  const clock = options.clock ?? new SystemClock();
  const faults = new FaultTable(clock);
  let url = '';
  const origin = (): string => url;
  const stripe = new StripeDouble({ ...options, stateDir }, clock, origin);
  const gcs = new GcsDouble({ ...options, stateDir }, clock, origin);
  const sendgrid = new SendgridDouble({ ...options, stateDir }, clock);

  const server = createServer(stateDir, options.onError ?? writeToStderr);
  stripe.register(server, faults);
  gcs.register(server, faults);
  sendgrid.register(server, faults);
  server.register(async (control) => {
    faultRoutes(control, faults);
  });

  url = await server.listen({ host: options.host, port: options.port });
  await gcs.start();
  stripe.start();
  const tick = (): void => {
    stripe.tick();
  };
  const timer = setInterval(tick, TICK_MS);
  const shutDown = async (): Promise<void> => {
    clearInterval(timer);
    await server.close();
    await stripe.stop();
    gcs.stop();
    sendgrid.stop();
    await release();
  };
  let closed: Promise<void> | undefined;
  return {
    url,
    faults,
    tick,
    close: async () => await (closed ??= shutDown()),
  };
}

function createServer(stateDir: string, onError: NonNullable<SandboxOptions['onError']>): FastifyInstance {
  const server = Fastify({
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    // Uploads are streamed; routes that collect their body set a limit of their own.
    bodyLimit: 1_048_576,
    routerOptions: { maxParamLength: 4_096 },
  });
  server.addHook('onError', async (request, reply, error) => {
    // A client that went away in the middle of an upload is no failure of ours.
    if (reply.statusCode >= 500 && !request.raw.socket.destroyed)
      onError(error, `${request.method} ${request.url.split('?')[0]}`);
  });
  server.get('/sandbox/health', () => ({ status: 'ok', state_dir: stateDir }));
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'not_found', message: 'The sandbox has nothing here' }),
  );
  return server;
}

function writeToStderr(error: unknown, request: string): void {
  process.stderr.write(`Sandbox: ${request} failed: ${inspect(error)}\n`);
}
