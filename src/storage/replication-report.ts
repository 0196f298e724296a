import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { StoredObjectRecord } from './entities/stored-object-record.entity.js';

/** What waits in fallback storage. */
export interface ReplicationStatus {
  readonly waiting: number;
  readonly waitingBytes: number;
  /** Since when the object waits that has waited longest. */
  readonly oldestSince: Date | null;
  /** Of the objects whose last try failed, the code that is met most often. */
  readonly lastErrorCode: string | null;
}

/** An object that waits in fallback storage. */
export type WaitingObject = Pick<
  StoredObjectRecord,
  'id' | 'kind' | 'sizeBytes' | 'localSince' | 'attempts' | 'lastErrorCode'
>;

interface Row {
  readonly waiting: string;
  readonly bytes: string | null;
  readonly oldest: Date | null;
  readonly code: string | null;
}

/** Tells operators how far replication has come. */
@Injectable()
export class ReplicationReport {
  constructor(private readonly database: Database) {}

  async status(): Promise<ReplicationStatus> {
    const row = await this.database.read((manager) =>
      manager
        .createQueryBuilder(StoredObjectRecord, 'o')
        .select('count(*)', 'waiting')
        .addSelect('sum(o.sizeBytes)', 'bytes')
        .addSelect('min(o.localSince)', 'oldest')
        .addSelect('mode() WITHIN GROUP (ORDER BY o.lastErrorCode)', 'code')
        .where(`o.status = 'stored' AND o.location = 'local'`)
        .getRawOne<Row>(),
    );
    return {
      waiting: Number(row?.waiting ?? 0),
      waitingBytes: Number(row?.bytes ?? 0),
      oldestSince: row?.oldest ?? null,
      lastErrorCode: row?.code ?? null,
    };
  }

  /** One page of the objects that wait, those that have waited longest first. @throws ApiError `DATABASE_*` */
  async waiting(page: number, perPage: number): Promise<readonly WaitingObject[]> {
    return await this.database.read(
      async (manager) =>
        await manager
          .createQueryBuilder(StoredObjectRecord, 'o')
          .where(`o.status = 'stored' AND o.location = 'local'`)
          .orderBy('o.localSince')
          .addOrderBy('o.id')
          .offset((page - 1) * perPage)
          .limit(perPage)
          .getMany(),
    );
  }
}
