import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import { CaptureStore } from '../capture/capture-store.js';

/** How completely errors have been kept. */
export interface CaptureReportResult {
  /** Since when this process cannot store errors in PostgreSQL; null while it can. */
  readonly outageSince: Date | null;
  readonly lastStoredAt: Date | null;
  /** Bytes of this process's state directory that wait for PostgreSQL. */
  readonly spooledBytes: number;
  /** Sample events of all processes that found no room anywhere; their errors are counted all the same. */
  readonly droppedEvents: number;
  /** Errors of all processes that could not even be counted. */
  readonly droppedErrors: number;
}

/** Tells operators whether what they see is all there was. */
@Injectable()
export class CaptureReport {
  constructor(
    private readonly database: Database,
    private readonly store: CaptureStore,
  ) {}

  /** @throws ApiError `DATABASE_*` */
  async status(): Promise<CaptureReportResult> {
    const { outageSince, lastStoredAt, spooledBytes } = this.store.status();
    const [dropped] = await this.database.read(
      async (manager) =>
        await manager.query<{ events: string; errors: string }[]>(
          `SELECT coalesce(sum(dropped_events), 0) AS events, coalesce(sum(dropped_errors), 0) AS errors FROM error_writers`,
        ),
    );
    return {
      outageSince,
      lastStoredAt,
      spooledBytes,
      droppedEvents: Number(dropped?.events ?? 0),
      droppedErrors: Number(dropped?.errors ?? 0),
    };
  }
}
