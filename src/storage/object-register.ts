import { Inject, Injectable } from '@nestjs/common';
import { In, type Repository } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { Database } from '../platform/database/index.js';
import { StorageError } from '../platform/errors/index.js';
import { RequestContext } from '../platform/http/index.js';
import { CLOCK, type Clock, newId } from '../platform/time/index.js';
import { StoredObjectRecord } from './entities/stored-object-record.entity.js';
import type { FileDigest } from './file-digest.js';
import type { StoreRequest } from './stored-object.js';

const DAY_MS = 86_400_000;

/** Where an object's bytes ended up. */
export type Placement =
  { readonly location: 'gcs'; readonly generation: string } | { readonly location: 'local'; readonly generation: null };

/** The table of everything that is or may be in storage. State changes are conditional, so that racing ones are noticed. */
@Injectable()
export class ObjectRegister {
  constructor(
    private readonly database: Database,
    private readonly context: RequestContext,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Registers an object before its first byte goes out. */
  async begin(request: StoreRequest, digest: FileDigest): Promise<StoredObjectRecord> {
    const id = newId();
    const createdAt = this.clock.now();
    const record: StoredObjectRecord = {
      id,
      key: request.key,
      objectName: uniqueName(request.key, id),
      kind: request.kind,
      contentType: request.contentType,
      sizeBytes: digest.sizeBytes,
      crc32c: digest.crc32c,
      status: 'pending',
      location: null,
      generation: null,
      createdAt,
      storedAt: null,
      localSince: null,
      expiresAt: new Date(createdAt.getTime() + this.config.storage.videoRetentionDays * DAY_MS),
      removedAt: null,
      referenced: false,
      leasedUntil: null,
      attempts: 0,
      lastErrorCode: null,
      requestId: this.context.requestId ?? null,
    };
    await this.records.insert(record);
    return record;
  }

  /** @throws StorageError when the object was given up in the meantime */
  async complete(id: string, placement: Placement): Promise<StoredObjectRecord> {
    const now = this.clock.now();
    const { affected } = await this.records.update(
      { id, status: 'pending' },
      { status: 'stored', ...placement, storedAt: now, localSince: placement.location === 'local' ? now : null },
    );
    const record = await this.find(id);
    if (affected !== 1 || record === null) throw new StorageError('STORAGE_ERROR');
    return record;
  }

  find(id: string): Promise<StoredObjectRecord | null> {
    return this.database.read((manager) => manager.findOneBy(StoredObjectRecord, { id }));
  }

  /** Gives an object up. True for the one caller that did it. */
  async giveUp(id: string): Promise<boolean> {
    const { affected } = await this.records.update(
      { id, status: In(['pending', 'stored']) },
      { status: 'removing', removedAt: this.clock.now(), leasedUntil: null, attempts: 0, lastErrorCode: null },
    );
    return affected === 1;
  }

  /** Notes that an object's bytes are gone for good. */
  async concludeRemoval(id: string): Promise<void> {
    await this.records.update({ id, status: 'removing' }, { status: 'removed', leasedUntil: null });
  }

  /** Notes that the local copy went to GCS. False when the object was given up, or relocated by somebody else. */
  async relocate(id: string, generation: string): Promise<boolean> {
    const { affected } = await this.records.update(
      { id, status: 'stored', location: 'local' },
      { location: 'gcs', generation, localSince: null, leasedUntil: null, attempts: 0, lastErrorCode: null },
    );
    return affected === 1;
  }

  async recordFailure(id: string, code: string): Promise<void> {
    await this.database.manager
      .createQueryBuilder()
      .update(StoredObjectRecord)
      .set({ attempts: () => 'attempts + 1', lastErrorCode: code, leasedUntil: null })
      .where({ id })
      .execute();
  }

  /** Takes a row for this instance for `seconds`; false when another has it or its state is no longer the given one. */
  async lease(record: Pick<StoredObjectRecord, 'id' | 'status' | 'location'>, seconds: number): Promise<boolean> {
    const now = this.clock.now();
    const query = this.database.manager
      .createQueryBuilder()
      .update(StoredObjectRecord)
      .set({ leasedUntil: new Date(now.getTime() + seconds * 1_000) })
      .where('id = :id AND status = :status AND (leased_until IS NULL OR leased_until <= :now)', { ...record, now });
    if (record.location !== null) query.andWhere('location = :location', { location: record.location });
    const { affected } = await query.execute();
    return affected === 1;
  }

  /** Objects that wait in fallback storage, longest first, after the given one. */
  localOnes(limit: number, after?: Pick<StoredObjectRecord, 'localSince' | 'id'>): Promise<StoredObjectRecord[]> {
    return this.database.read((manager) => {
      const query = manager
        .createQueryBuilder(StoredObjectRecord, 'o')
        .where(`o.status = 'stored' AND o.location = 'local'`)
        .orderBy('o.localSince')
        .addOrderBy('o.id')
        .limit(limit);
      if (after !== undefined)
        query.andWhere('(o.localSince, o.id) > (:since, :id)', { since: after.localSince, id: after.id });
      return query.getMany();
    });
  }

  byIds(ids: readonly string[]): Promise<StoredObjectRecord[]> {
    return this.database.read((manager) => manager.findBy(StoredObjectRecord, { id: In([...ids]) }));
  }

  private get records(): Repository<StoredObjectRecord> {
    return this.database.manager.getRepository(StoredObjectRecord);
  }
}

/** `videos/track.mp4` becomes `videos/<id>-track.mp4`. */
function uniqueName(key: string, id: string): string {
  const cut = key.lastIndexOf('/') + 1;
  return `${key.slice(0, cut)}${id}-${key.slice(cut)}`;
}
