import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { StoredObjectRecord } from './entities/stored-object-record.entity.js';

/** An object as an operator sees it. */
export type FoundObject = Readonly<
  Pick<
    StoredObjectRecord,
    'id' | 'key' | 'kind' | 'sizeBytes' | 'status' | 'location' | 'createdAt' | 'storedAt' | 'lastErrorCode'
  >
>;

/** Finds objects for operators. */
@Injectable()
export class ObjectSearch {
  constructor(private readonly database: Database) {}

  /** The objects that a request led to, oldest first, a hundred at the most. @throws ApiError `DATABASE_*` */
  async ofRequest(requestId: string): Promise<readonly FoundObject[]> {
    return await this.database.read(
      async (manager) =>
        await manager.find(StoredObjectRecord, { where: { requestId }, order: { id: 'ASC' }, take: 100 }),
    );
  }
}
