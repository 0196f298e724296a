/**
 * What an error response costs: the product beside raw Fastify with pino and beside a bare Nest with one filter, which answer the
 * same envelope. Each is a process of its own that writes its log to stdout, which leads nowhere here; they are loaded in alternating
 * windows. Needs a build.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type Finding, percentile, report } from './findings.ts';
import { load } from './http-load.ts';
import { freePort, withStateDir } from './product-process.ts';

const MIN_RATIO = 0.8;
const ROUNDS = 20;
const WARM_UP_ROUNDS = 4;
const WINDOW_MS = 500;
const CONNECTIONS = 16;

const ERRORS = [
  { what: '404 of an unknown path', path: '/api/nothing-here', status: 404 },
  { what: '401 of a guard', path: '/api/user/profile', status: 401 },
] as const;

const NAMES = ['raw Fastify', 'bare Nest', 'product'] as const;
type Name = (typeof NAMES)[number];
type Origins = Readonly<Record<Name, string>>;
type Figures = Readonly<Record<Name, number>>;

async function withServer<T>(
  script: string,
  work: (origin: string) => Promise<T>,
  env: NodeJS.ProcessEnv = {},
): Promise<T> {
  const server = fork(new URL(script, import.meta.url), {
    // As the image starts the product; the others pay for it as well.
    execArgv: ['--enable-source-maps'],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(server, 'exit');
  try {
    const [origin] = (await Promise.race([once(server, 'message'), ended])) as [unknown];
    if (typeof origin !== 'string') throw new Error(`${script} did not start`);
    return await work(origin);
  } finally {
    if (server.connected) server.disconnect();
    await ended;
  }
}

async function withProduct<T>(work: (origin: string) => Promise<T>): Promise<T> {
  const ports = { PORT: String(await freePort()), SANDBOX_PORT: String(await freePort()) };
  const noLimits = { RATE_LIMIT_PER_MINUTE: '1000000000', RATE_LIMIT_PER_HOUR: '1000000000' };
  return await withStateDir((stateDir) =>
    withServer('errors/product.ts', work, { ROLE: 'api', STATE_DIR: stateDir, ...ports, ...noLimits }),
  );
}

async function measure({ what, path, status }: (typeof ERRORS)[number], origins: Origins): Promise<readonly Finding[]> {
  const rounds: Figures[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    const figures = { 'raw Fastify': 0, 'bare Nest': 0, product: 0 };
    for (let turn = 0; turn < NAMES.length; turn += 1) {
      const name = NAMES[(round + turn) % NAMES.length] ?? 'product';
      const result = await load(origins[name], [path], { connections: CONNECTIONS, durationMs: WINDOW_MS });
      if (result.statuses.size !== 1 || !result.statuses.has(status))
        throw new Error(`${name} did not answer ${status}`);
      figures[name] = result.perSecond;
    }
    rounds.push(figures);
  }
  const warm = rounds.slice(WARM_UP_ROUNDS);
  const medianOf = (figure: (figures: Figures) => number): number => percentile(warm.map(figure), 0.5);
  return (['raw Fastify', 'bare Nest'] as const).map((name) => {
    const ratio = medianOf((figures) => figures.product / figures[name]);
    const rates = `${medianOf(({ product }) => product).toFixed(0)} ÷ ${medianOf((figures) => figures[name]).toFixed(0)}`;
    return {
      what: `${what}: product ÷ ${name}`,
      figure: `${ratio.toFixed(2)}  (${rates} responses/s)`,
      bar: name === 'raw Fastify' ? `≥ ${MIN_RATIO}` : null,
      met: name !== 'raw Fastify' || ratio >= MIN_RATIO,
    };
  });
}

await withServer('errors/raw-fastify.ts', (raw) =>
  withServer('errors/bare-nest.ts', (nest) =>
    withProduct(async (product) => {
      const findings: Finding[] = [];
      for (const error of ERRORS) {
        findings.push(...(await measure(error, { 'raw Fastify': raw, 'bare Nest': nest, product })));
      }
      report('Error responses, medians over alternating windows', findings);
    }),
  ),
);
