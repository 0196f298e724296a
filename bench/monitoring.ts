/** What operators wait for with a million errors stored, and what it costs others to remove a day of them. Needs a build. */
import { Client } from 'pg';
import { type Finding, percentile, report } from './findings.ts';
import { EVENTS, fill } from './monitoring/fill.ts';
import { KillablePostgres } from './monitoring/killable-postgres.ts';
import { Operator } from './monitoring/operator.ts';
import { removeOneDay } from './monitoring/retention.ts';
import { MeasuredProduct, withStateDir } from './product-process.ts';

const ADMIN = 'admin@example.com';
const QUESTIONS = 60;
const WARM_UP = 10;
const MAX_MEDIAN_MS = 50;
/** An insert that waits for a lock of the removal waits for a whole batch at least. */
const MAX_INSERT_P99_MS = 50;

interface Page {
  readonly next_cursor: string | null;
}

async function medianOf(what: string, question: (index: number) => Promise<number>): Promise<Finding> {
  const durations: number[] = [];
  for (let index = 0; index < WARM_UP + QUESTIONS; index += 1) durations.push(await question(index));
  const median = percentile(durations.slice(WARM_UP), 0.5);
  return {
    what,
    figure: `${median.toFixed(1)} ms  (p99 ${percentile(durations.slice(WARM_UP), 0.99).toFixed(1)} ms)`,
    bar: `< ${MAX_MEDIAN_MS} ms`,
    met: median < MAX_MEDIAN_MS,
  };
}

async function questions(operator: Operator, database: Client): Promise<readonly Finding[]> {
  const ask = async (path: string): Promise<number> => (await operator.ask(path)).durationMs;
  const cursors: string[] = [];
  let cursor = '';
  for (let page = 0; page < 20; page += 1) {
    const { data } = await operator.ask(`/logs/recent-errors?limit=500${cursor}`);
    cursor = `&cursor=${(data as Page).next_cursor}`;
    cursors.push(cursor);
  }
  return [
    await medianOf('errors/stats over 24 h', async () => await ask('/errors/stats?window=24h')),
    await medianOf(
      'errors/stats over 24 h, of one service',
      async () => await ask('/errors/stats?window=24h&service=gcs'),
    ),
    await medianOf('errors/stats over 30 days', async () => await ask('/errors/stats?window=30d')),
    await medianOf('a page of recent errors', async () => await ask('/logs/recent-errors')),
    await medianOf(
      'a page of recent errors of a code',
      async (index) => await ask(`/logs/recent-errors?code=CODE_${index % 60}`),
    ),
    await medianOf('a page of recent errors, some pages on', async (index) =>
      ask(`/logs/recent-errors?limit=100${cursors[index % cursors.length]}`),
    ),
    await medianOf('a page of groups', async () => await ask('/errors/groups')),
    await medianOf('steps and errors of a request, in SQL', async (index) => {
      const startedMs = performance.now();
      const requestId = `request-${index * 997 + 1}`;
      await database.query('SELECT * FROM request_steps WHERE request_id = $1 ORDER BY at, id', [requestId]);
      await database.query('SELECT * FROM error_events WHERE request_id = $1 ORDER BY occurred_at', [requestId]);
      return performance.now() - startedMs;
    }),
  ];
}

async function retention(url: string, now: Date): Promise<readonly Finding[]> {
  const { removed, durationMs, insertsMs } = await removeOneDay(url, now);
  const p99 = percentile(insertsMs, 0.99);
  return [
    {
      what: 'removal of a day of them',
      figure: `${removed} rows in ${(durationMs / 1_000).toFixed(1)} s`,
      bar: null,
      met: true,
    },
    {
      what: 'p99 of writes meanwhile',
      figure: `${p99.toFixed(1)} ms, ${Math.max(...insertsMs).toFixed(1)} ms at the most, of ${insertsMs.length}`,
      bar: `< ${MAX_INSERT_P99_MS} ms`,
      met: p99 < MAX_INSERT_P99_MS,
    },
  ];
}

await withStateDir(async (stateDir) => {
  const postgres = await KillablePostgres.start(stateDir);
  const env = {
    ROLE: 'api',
    DATABASE_URL: postgres.url,
    ADMIN_EMAILS: ADMIN,
    RATE_LIMIT_PER_MINUTE: '1000000',
    RATE_LIMIT_PER_HOUR: '1000000',
  };
  const product = await MeasuredProduct.start(stateDir, env);
  const database = new Client({ connectionString: postgres.url });
  await database.connect();
  const now = new Date();
  await fill(database, now);
  const operator = await Operator.signUp(product.origin, database, ADMIN);
  const findings = [...(await questions(operator, database)), ...(await retention(postgres.url, now))];
  await database.end();
  await product.stop();
  await postgres.close();
  report(`Monitoring with ${EVENTS.toLocaleString('en')} stored errors, medians over HTTP`, findings);
});
