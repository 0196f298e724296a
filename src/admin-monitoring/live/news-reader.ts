import { Injectable } from '@nestjs/common';
import { isApiError } from '../../platform/errors/index.js';
import { AlertHistory, type HistoryEntry } from '../alerts/alert-history.js';
import { CircuitEvents } from '../fleet/circuit-events.js';
import type { CircuitEvent } from '../fleet/entities/circuit-event.entity.js';
import { type RecentError, RecentErrors } from '../statistics/recent-errors.js';

/** What an operator is shown as it happens; the same `key` is the same piece of news. */
export type News = { readonly key: string; readonly at: Date } & (
  | { readonly type: 'error'; readonly error: RecentError }
  | { readonly type: 'circuit'; readonly change: CircuitEvent }
  | { readonly type: 'alert'; readonly entry: HistoryEntry }
);

/** The most that is read of a kind at once, newest first; what exceeds it is in the lists. */
const MOST = { errors: 200, circuits: 100, alerts: 50 } as const;

/** Reads the news of all processes from the tables; while PostgreSQL is away, the errors of this process from its memory. */
@Injectable()
export class NewsReader {
  constructor(
    private readonly errors: RecentErrors,
    private readonly circuits: CircuitEvents,
    private readonly alerts: AlertHistory,
  ) {}

  /** What has happened since then, oldest first. @throws what reading fails with, other than that PostgreSQL is away */
  async since(since: Date): Promise<readonly News[]> {
    const news = await Promise.all([
      this.errorsSince(since),
      orNothing(this.circuitsSince(since)),
      orNothing(this.alertsSince(since)),
    ]);
    return news.flat().toSorted((a, b) => a.at.getTime() - b.at.getTime());
  }

  private async errorsSince(since: Date): Promise<readonly News[]> {
    const { errors } = await this.errors.page({ since }, MOST.errors);
    return errors.map((error) => ({ type: 'error', key: error.id, at: error.occurredAt, error }));
  }

  private async circuitsSince(since: Date): Promise<readonly News[]> {
    const { events } = await this.circuits.page({ page: 1, per_page: MOST.circuits, since: since.toISOString() });
    return events.map((change) => ({ type: 'circuit', key: change.id, at: change.occurredAt, change }));
  }

  /** Those that fired or ended since; one that did both is news twice. */
  private async alertsSince(since: Date): Promise<readonly News[]> {
    const { entries } = await this.alerts.page({ page: 1, perPage: MOST.alerts });
    return entries
      .map((entry): News => {
        const { id, firedAt, resolvedAt } = entry.firing;
        const state = resolvedAt === null ? 'firing' : 'resolved';
        return { type: 'alert', key: `${id} ${state}`, at: resolvedAt ?? firedAt, entry };
      })
      .filter(({ at }) => at >= since);
  }
}

async function orNothing(reading: Promise<readonly News[]>): Promise<readonly News[]> {
  try {
    return await reading;
  } catch (error) {
    if (isApiError(error) && error.code.startsWith('DATABASE_') && error.status === 503) return [];
    throw error;
  }
}
