import type { GroupFacts } from '../grouping/error-groups.js';
import { type CountUnit, startOf } from '../statistics/count-units.js';
import type { CountBatch } from './count-batch.js';

/** What batches say of one group. */
export interface MergedGroup extends GroupFacts {
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly count: number;
  readonly release: string;
}

/** A row of `error_counts_*`. */
export interface MergedCount {
  readonly at: Date;
  readonly groupId: string;
  readonly endpoint: string;
  readonly service: string;
  readonly release: string;
  readonly level: string;
  readonly code: string;
  readonly count: number;
}

/** A row of `request_counts_*`. */
export interface MergedRequests {
  readonly at: Date;
  readonly total: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
}

/** All batches are of one writer, hence of one release. */
export function mergeGroups(batches: readonly CountBatch[]): readonly MergedGroup[] {
  const merged = new Map<string, MergedGroup>();
  for (const { groups, counts, release } of batches) {
    for (const { group: index, firstMs, lastMs, count } of counts) {
      const group = groups[index];
      if (group === undefined) continue;
      const known = merged.get(group.id);
      merged.set(group.id, {
        ...group,
        release,
        firstSeenAt: new Date(Math.min(firstMs, known?.firstSeenAt.getTime() ?? firstMs)),
        lastSeenAt: new Date(Math.max(lastMs, known?.lastSeenAt.getTime() ?? lastMs)),
        count: count + (known?.count ?? 0),
      });
    }
  }
  return [...merged.values()];
}

export function mergeCounts(batches: readonly CountBatch[], unit: CountUnit): readonly MergedCount[] {
  const merged = new Map<string, MergedCount>();
  for (const { groups, counts, release } of batches) {
    for (const { group: index, atMs, endpoint, service, count } of counts) {
      const group = groups[index];
      if (group === undefined) continue;
      const { id: groupId, level, code } = group;
      const at = startOf(unit, atMs);
      const key = `${at} ${groupId} ${service} ${endpoint}`;
      const total = count + (merged.get(key)?.count ?? 0);
      merged.set(key, { at: new Date(at), groupId, endpoint, service, release, level, code, count: total });
    }
  }
  return [...merged.values()];
}

export function mergeRequests(batches: readonly CountBatch[], unit: CountUnit): readonly MergedRequests[] {
  const merged = new Map<number, MergedRequests>();
  for (const { atMs, total, clientErrors, serverErrors } of batches.flatMap(({ requests }) => requests)) {
    const at = startOf(unit, atMs);
    const known = merged.get(at);
    merged.set(at, {
      at: new Date(at),
      total: total + (known?.total ?? 0),
      clientErrors: clientErrors + (known?.clientErrors ?? 0),
      serverErrors: serverErrors + (known?.serverErrors ?? 0),
    });
  }
  return [...merged.values()];
}

export function mergeUsers(batches: readonly CountBatch[]): readonly { groupId: string; userHash: string }[] {
  const pairs = batches.flatMap(({ groups, users }) =>
    users.flatMap(([index, userHash]) => {
      const group = groups[index];
      return group === undefined ? [] : [{ groupId: group.id, userHash }];
    }),
  );
  return [...new Map(pairs.map((pair) => [`${pair.groupId} ${pair.userHash}`, pair])).values()];
}

/** The rows as one array for each column: the form `unnest` takes. */
export function columnsOf<Row extends object>(rows: readonly Row[], keys: readonly (keyof Row)[]): unknown[][] {
  return keys.map((key) => rows.map((row) => row[key]));
}
