import { createHash } from 'node:crypto';
import { type GroupFacts, overflowGroup } from '../grouping/error-groups.js';
import { type CountUnit, startOf } from '../statistics/count-units.js';
import type { Counted, CountRow, RequestRow } from './count-batch.js';

/** Rows that may wait; beyond it they are counted by coarser units of time, at last without their groups. A row is some 200 bytes. */
const MAX_ROWS = 20_000;
const MAX_REQUEST_ROWS = 7_200;
/** Users that are remembered until the next batch; whom it leaves out is most likely met again. */
const MAX_USERS = 5_000;

interface Row {
  group: GroupFacts;
  atMs: number;
  firstMs: number;
  lastMs: number;
  endpoint: string;
  service: string;
  count: number;
}

type Requests = { -readonly [Key in keyof RequestRow]: RequestRow[Key] };

/**
 * Counts in memory until somebody takes it away. Exact whatever happens: where too many rows wait, as in a long outage with a full
 * disk, they become coarser in time and at last in kind, and their sum stays. Counting is one or two looks into a map.
 */
export class ErrorCounters {
  private rows = new Map<string, Row>();
  private requests = new Map<number, Requests>();
  private users = new Map<GroupFacts, Set<string>>();
  private userCount = 0;
  private droppedEvents = 0;
  private droppedErrors = 0;

  /** @param maxRows a parameter for tests. */
  constructor(private readonly maxRows = MAX_ROWS) {}

  /** Rows that wait to be taken. */
  get size(): number {
    return this.rows.size + this.requests.size;
  }

  count(group: GroupFacts, endpoint: string, service: string, atMs: number, userId: string | undefined): void {
    this.add({ group, endpoint, service, atMs: startOf('second', atMs), firstMs: atMs, lastMs: atMs, count: 1 });
    if (userId !== undefined) this.addUser(group, userId);
    if (this.rows.size > this.maxRows) this.coarsen();
  }

  countRequest(status: number, atMs: number): void {
    const requests = this.requestsOf(startOf('second', atMs));
    requests.total += 1;
    if (status >= 500) requests.serverErrors += 1;
    else if (status >= 400) requests.clientErrors += 1;
    if (this.requests.size > MAX_REQUEST_ROWS) this.coarsenRequests();
  }

  dropEvents(count: number): void {
    this.droppedEvents += count;
  }

  dropErrors(count: number): void {
    this.droppedErrors += count;
  }

  /** Takes away everything counted so far; null when that is nothing. */
  take(): Counted | null {
    if (this.size === 0 && this.droppedEvents === 0 && this.droppedErrors === 0) return null;
    const groups = new Map<GroupFacts, number>();
    const indexOf = (group: GroupFacts): number => {
      const index = groups.get(group) ?? groups.size;
      groups.set(group, index);
      return index;
    };
    const counts: CountRow[] = [];
    for (const { group, ...row } of this.rows.values()) counts.push({ group: indexOf(group), ...row });
    const users = [...this.users].flatMap(([group, ids]) =>
      [...ids].map((id) => [indexOf(group), digest(id)] as const),
    );
    const counted = {
      groups: [...groups.keys()],
      counts,
      users,
      requests: [...this.requests.values()],
      droppedEvents: this.droppedEvents,
      droppedErrors: this.droppedErrors,
    };
    this.clear();
    return counted;
  }

  private clear(): void {
    this.rows = new Map();
    this.requests = new Map();
    this.users = new Map();
    this.userCount = 0;
    this.droppedEvents = 0;
    this.droppedErrors = 0;
  }

  private add(row: Row): void {
    const key = `${row.atMs} ${row.group.id} ${row.service} ${row.endpoint}`;
    const known = this.rows.get(key);
    if (known === undefined) {
      this.rows.set(key, row);
      return;
    }
    known.count += row.count;
    known.firstMs = Math.min(known.firstMs, row.firstMs);
    known.lastMs = Math.max(known.lastMs, row.lastMs);
  }

  private addUser(group: GroupFacts, userId: string): void {
    const users = this.users.get(group) ?? new Set<string>();
    this.users.set(group, users);
    if (this.userCount >= MAX_USERS || users.has(userId)) return;
    users.add(userId);
    this.userCount += 1;
  }

  private requestsOf(atMs: number): Requests {
    const known = this.requests.get(atMs);
    if (known !== undefined) return known;
    const requests = { atMs, total: 0, clientErrors: 0, serverErrors: 0 };
    this.requests.set(atMs, requests);
    return requests;
  }

  /** Each step is taken only where the one before did not make enough room for a while. */
  private coarsen(): void {
    const enough = this.maxRows / 2;
    for (const unit of ['minute', 'hour'] as const) {
      this.regroup((row) => ({ ...row, atMs: startOf(unit, row.atMs) }));
      if (this.rows.size <= enough) return;
    }
    const overflow = new Map<string, GroupFacts>();
    this.regroup((row) => {
      const { code, level } = row.group;
      const group = overflow.get(code) ?? overflowGroup(code, level);
      overflow.set(code, group);
      return { ...row, group, endpoint: '(overflow)', service: '' };
    });
    // The sets of the groups that were given up would hold on to them.
    this.users = new Map();
    this.userCount = 0;
  }

  private regroup(change: (row: Row) => Row): void {
    const rows = this.rows;
    this.rows = new Map();
    for (const row of rows.values()) this.add(change(row));
  }

  private coarsenRequests(unit: CountUnit = 'minute'): void {
    const rows = this.requests;
    this.requests = new Map();
    for (const row of rows.values()) {
      const merged = this.requestsOf(startOf(unit, row.atMs));
      merged.total += row.total;
      merged.clientErrors += row.clientErrors;
      merged.serverErrors += row.serverErrors;
    }
    if (unit === 'minute' && this.requests.size > MAX_REQUEST_ROWS / 2) this.coarsenRequests('hour');
  }
}

/** Enough to count different users by, and nothing to find one again. */
function digest(userId: string): string {
  return createHash('sha256').update(userId).digest('hex').slice(0, 32);
}
