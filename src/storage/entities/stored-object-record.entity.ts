import { Check, Column, Entity, Index, PrimaryColumn, Unique, type ValueTransformer } from 'typeorm';

export type ObjectKind = 'audio' | 'video' | 'thumbnail';
export type ObjectLocation = 'gcs' | 'local';

/**
 * `pending`: registered, its bytes may be on their way; `stored`: complete and verified at `location`;
 * `removing`: given up, its bytes may still exist; `removed`: its bytes are gone.
 */
export type ObjectStatus = 'pending' | 'stored' | 'removing' | 'removed';

/** PostgreSQL's driver gives bigint as text; sizes stay far below 2^53. */
const bigintAsNumber: ValueTransformer = {
  to: (value: number) => value,
  from: (value: string) => Number(value),
};

/** The register's row about one object. It is written before the first byte goes out, so no object is unknown. */
@Entity('stored_objects')
@Unique('uq_stored_objects_object_name', ['objectName'])
@Check('ck_stored_objects_status', `status IN ('pending', 'stored', 'removing', 'removed')`)
@Check(
  'ck_stored_objects_location',
  `(status = 'stored') <= (location IS NOT NULL AND stored_at IS NOT NULL) AND (location IS NULL OR location IN ('gcs', 'local'))`,
)
@Index('ix_stored_objects_local', ['localSince'], { where: `status = 'stored' AND location = 'local'` })
@Index('ix_stored_objects_unsettled', ['createdAt'], { where: `status IN ('pending', 'removing')` })
@Index('ix_stored_objects_unreferenced', ['createdAt'], { where: `status = 'stored' AND NOT referenced` })
@Index('ix_stored_objects_request_id', ['requestId'], { where: 'request_id IS NOT NULL' })
@Index('ix_stored_objects_expires_at', ['expiresAt'], { where: `status = 'stored'` })
export class StoredObjectRecord {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_stored_objects' })
  id!: string;

  /** What the caller calls it; not unique, because every store makes a new object. */
  @Column('varchar', { length: 255 })
  key!: string;

  /** Its name in the bucket: the key made unique, so that no two stores ever meet. */
  @Column('varchar', { length: 320 })
  objectName!: string;

  @Column('varchar', { length: 16 })
  kind!: ObjectKind;

  @Column('varchar', { length: 127 })
  contentType!: string;

  @Column('bigint', { transformer: bigintAsNumber })
  sizeBytes!: number;

  /** CRC32C (Castagnoli) in big-endian base64, the form in which GCS gives it. */
  @Column('char', { length: 8 })
  crc32c!: string;

  @Column('varchar', { length: 16 })
  status!: ObjectStatus;

  @Column('varchar', { length: 8, nullable: true })
  location!: ObjectLocation | null;

  /** GCS generation, the precondition of its deletion. */
  @Column('varchar', { length: 32, nullable: true })
  generation!: string | null;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  storedAt!: Date | null;

  /** Since when the object waits in fallback storage to be replicated. */
  @Column('timestamptz', { nullable: true })
  localSince!: Date | null;

  @Column('timestamptz', { nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  removedAt!: Date | null;

  /** True once a feature was seen to hold on to it; an unreferenced object is an orphan after a day. */
  @Column('boolean', { default: false })
  referenced!: boolean;

  /** Until then one instance works on the row (replication, removal) and the others leave it alone. */
  @Column('timestamptz', { nullable: true })
  leasedUntil!: Date | null;

  /** Failed attempts at replication or removal. */
  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('varchar', { length: 64, nullable: true })
  lastErrorCode!: string | null;

  /** The request that led to it, also by way of a job; null where none did. */
  @Column('text', { nullable: true })
  requestId!: string | null;
}
