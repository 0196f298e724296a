import { ApiError } from '../../platform/errors/index.js';
import { ErrorGrouping, type GroupFacts } from '../grouping/error-groups.js';
import { errorsIn } from './count-batch.js';
import { ErrorCounters } from './error-counters.js';

const NOON = Date.parse('2030-01-01T12:00:00.000Z');
const grouping = new ErrorGrouping();
const group = (operation: string): GroupFacts =>
  grouping.groupOf(new ApiError('NOT_FOUND'), { kind: 'job', operation }, NOON);

describe('ErrorCounters', () => {
  it('counts by second, group, endpoint and service', () => {
    const counters = new ErrorCounters();
    counters.count(group('a'), 'GET /x', 'gcs', NOON + 100, undefined);
    counters.count(group('a'), 'GET /x', 'gcs', NOON + 900, undefined);
    counters.count(group('a'), 'GET /x', 'gcs', NOON + 1_000, undefined);
    counters.count(group('a'), 'GET /y', 'gcs', NOON, undefined);
    counters.count(group('b'), 'GET /x', '', NOON, undefined);
    const counted = counters.take();
    expect(counted?.groups.map(({ operation }) => operation)).toEqual(['a', 'b']);
    expect(counted?.counts).toEqual([
      { group: 0, endpoint: 'GET /x', service: 'gcs', atMs: NOON, firstMs: NOON + 100, lastMs: NOON + 900, count: 2 },
      expect.objectContaining({ group: 0, atMs: NOON + 1_000, count: 1 }),
      expect.objectContaining({ group: 0, endpoint: 'GET /y', count: 1 }),
      expect.objectContaining({ group: 1, service: '', count: 1 }),
    ]);
    expect(counters.take()).toBeNull();
  });

  it('counts requests by second and kind of answer', () => {
    const counters = new ErrorCounters();
    for (const status of [200, 302, 404, 499, 500, 503]) counters.countRequest(status, NOON + 10);
    counters.countRequest(200, NOON + 1_000);
    expect(counters.take()?.requests).toEqual([
      { atMs: NOON, total: 6, clientErrors: 2, serverErrors: 2 },
      { atMs: NOON + 1_000, total: 1, clientErrors: 0, serverErrors: 0 },
    ]);
  });

  it('remembers each user of a group once, and only as a digest', () => {
    const counters = new ErrorCounters();
    for (const user of ['anna', 'anna', 'bob']) counters.count(group('a'), 'x', '', NOON, user);
    counters.count(group('b'), 'x', '', NOON, 'anna');
    const users = counters.take()?.users ?? [];
    expect(users.map(([index]) => index)).toEqual([0, 0, 1]);
    expect(users[0]?.[1]).toBe(users[2]?.[1]);
    expect(JSON.stringify(users)).not.toMatch(/anna|bob/);
  });

  it('holds a bounded number of rows and still counts each error', () => {
    const counters = new ErrorCounters(100);
    let most = 0;
    for (let index = 0; index < 50_000; index += 1) {
      counters.count(
        group(`operation ${index % 997}`),
        `GET /${index % 13}`,
        '',
        NOON + index * 1_000,
        `user ${index}`,
      );
      most = Math.max(most, counters.size);
    }
    expect(most).toBeLessThanOrEqual(100);
    const counted = counters.take();
    expect(counted === null ? 0 : errorsIn(counted)).toBe(50_000);
    expect(counted?.counts.some(({ endpoint }) => endpoint === '(overflow)')).toBe(true);
  });

  it('first becomes coarser in time, and keeps the groups apart as long as that is enough', () => {
    const counters = new ErrorCounters(100);
    for (let second = 0; second < 600; second += 1)
      counters.count(group('a'), 'x', '', NOON + second * 1_000, undefined);
    const counted = counters.take();
    expect(counted?.groups).toHaveLength(1);
    expect(counted?.counts.length).toBeLessThanOrEqual(100);
    expect(counted?.counts[0]).toMatchObject({ atMs: NOON, firstMs: NOON, count: 60 });
    expect(counted === null ? 0 : errorsIn(counted)).toBe(600);
  });

  it('says what was dropped, also where nothing was counted', () => {
    const counters = new ErrorCounters();
    counters.dropEvents(3);
    counters.dropErrors(2);
    expect(counters.take()).toMatchObject({ counts: [], droppedEvents: 3, droppedErrors: 2 });
    expect(counters.take()).toBeNull();
  });

  it('holds a bounded number of seconds of requests', () => {
    const counters = new ErrorCounters();
    for (let second = 0; second < 100_000; second += 1) counters.countRequest(200, NOON + second * 1_000);
    expect(counters.size).toBeLessThanOrEqual(7_200);
    const total = counters.take()?.requests.reduce((sum, row) => sum + row.total, 0);
    expect(total).toBe(100_000);
  });
});
