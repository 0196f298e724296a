import type { Database } from '../../platform/database/index.js';
import type { RenderJob } from '../entities/render-job.entity.js';
import { JobChanges } from './job-changes.js';

const timers = import.meta.jest;

/** Answers the one query from rows the test sets, as PostgreSQL would. */
class FakeDatabase {
  readonly rows = new Map<string, number>();
  queries = 0;
  away = false;

  readonly manager = {
    createQueryBuilder: () => ({
      where: (_sql: string, { ids, versions }: { ids: string[]; versions: number[] }) => ({
        getMany: async (): Promise<RenderJob[]> => {
          this.queries += 1;
          if (this.away) throw new Error('connection refused');
          const changed = ids.filter((id, index) => (this.rows.get(id) ?? 0) > (versions[index] ?? 0));
          return await Promise.resolve(changed.map((id) => ({ id, version: this.rows.get(id) }) as RenderJob));
        },
      }),
    }),
  };
}

describe('JobChanges', () => {
  let database: FakeDatabase;
  let changes: JobChanges;
  let seen: string[];

  beforeEach(() => {
    timers.useFakeTimers();
    database = new FakeDatabase();
    changes = new JobChanges(database as unknown as Database);
    seen = [];
  });

  afterEach(async () => {
    await changes.onApplicationShutdown();
    timers.useRealTimers();
  });

  const watch = (id: string, version: number, name = id): (() => void) =>
    changes.watch(id, version, {
      changed: (job) => {
        seen.push(`${name}:${job.version}`);
      },
    });

  it('tells each watcher of each version it has not seen, once', async () => {
    watch('a', 1, 'first');
    watch('a', 3, 'second');
    database.rows.set('a', 3);
    await changes.poll();
    await changes.poll();
    database.rows.set('a', 4);
    await changes.poll();
    expect(seen).toEqual(['first:3', 'first:4', 'second:4']);
  });

  it('asks once for each interval however many watch, and not at all while nobody does', async () => {
    await timers.advanceTimersByTimeAsync(5_000);
    expect(database.queries).toBe(0);
    const ends = Array.from({ length: 1_000 }, (_, index) => watch(`job-${index % 500}`, 1));
    await timers.advanceTimersByTimeAsync(5_000);
    expect(database.queries).toBe(10);
    for (const end of ends) end();
    await timers.advanceTimersByTimeAsync(5_000);
    expect(database.queries).toBeLessThanOrEqual(11);
    expect(timers.getTimerCount()).toBe(0);
  });

  it('goes on after an outage, and has missed nothing', async () => {
    watch('a', 1);
    database.away = true;
    await timers.advanceTimersByTimeAsync(2_000);
    database.rows.set('a', 2);
    database.away = false;
    await timers.advanceTimersByTimeAsync(500);
    expect(seen).toEqual(['a:2']);
  });

  it('tells the others although one watcher fails', async () => {
    changes.watch('a', 1, {
      changed: () => {
        throw new Error('broken watcher');
      },
    });
    watch('a', 1);
    database.rows.set('a', 2);
    await changes.poll();
    expect(seen).toEqual(['a:2']);
  });

  it('tells nobody any more who has ended the watch', async () => {
    const end = watch('a', 1);
    end();
    database.rows.set('a', 2);
    await changes.poll();
    expect(seen).toEqual([]);
  });
});
