import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { Database } from '../../platform/database/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { ObjectStorage } from '../../storage/index.js';

const DAY_MS = 86_400_000;
/** A track is let go only when no late worker can be reading it any more. */
const GRACE_MS = 3_600_000;
const BATCH = 100;

/** Removes tracks that no render needs any more: ended jobs', and failed ones' when it is too late to start them again. */
@Injectable()
export class TrackRetention {
  constructor(
    private readonly database: Database,
    private readonly storage: ObjectStorage,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Lets go of the row's reference first: a removal that fails then leaves an orphan for storage's sweep, never a job that
   * points at nothing.
   *
   * @returns how many tracks were let go
   */
  async removeUnneeded(signal: AbortSignal): Promise<number> {
    let count = 0;
    for (;;) {
      const batch = await this.letGo();
      for (const objectId of batch) {
        signal.throwIfAborted();
        await this.storage.remove(objectId);
      }
      count += batch.length;
      if (batch.length < BATCH) return count;
    }
  }

  private async letGo(): Promise<readonly string[]> {
    const nowMs = this.clock.now().getTime();
    return await this.database.transaction(async (manager) => {
      const rows = await manager.query<{ audio_object_id: string }[]>(
        `SELECT audio_object_id FROM render_jobs
          WHERE audio_object_id IS NOT NULL
            AND ((status IN ('completed', 'cancelled') AND completed_at < $1) OR (status = 'failed' AND completed_at < $2))
          LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
        [new Date(nowMs - GRACE_MS), new Date(nowMs - this.config.storage.videoRetentionDays * DAY_MS)],
      );
      const objectIds = rows.map((row) => row.audio_object_id);
      await manager.query('UPDATE render_jobs SET audio_object_id = NULL WHERE audio_object_id = ANY($1)', [objectIds]);
      return objectIds;
    });
  }
}
