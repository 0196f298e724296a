import { CountField, Field, IdField, Pagination, TimeField } from '../../../platform/http/index.js';
import type { ObjectKind, WaitingObject } from '../../../storage/index.js';

const OBJECT_KINDS = ['audio', 'video', 'thumbnail'] as const satisfies readonly ObjectKind[];

/** An object in fallback storage. */
export class WaitingObjectResponse {
  @IdField()
  readonly id!: string;

  @Field({ enum: OBJECT_KINDS, enumName: 'ObjectKind' })
  readonly kind!: ObjectKind;

  @CountField()
  readonly size_bytes!: number;

  @TimeField({ nullable: true })
  readonly waiting_since!: string | null;

  @CountField({ description: 'Failed attempts at replication' })
  readonly attempts!: number;

  @Field({ type: String, nullable: true })
  readonly last_error_code!: string | null;
}

export class Replication {
  @CountField({ description: 'Objects that wait in fallback storage' })
  readonly waiting!: number;

  @CountField()
  readonly waiting_bytes!: number;

  @TimeField({ nullable: true, description: 'Since when the object waits that has waited longest' })
  readonly oldest_since!: string | null;

  @Field({ type: String, nullable: true, description: 'The code that is met most often' })
  readonly last_error_code!: string | null;

  @Field({ type: [WaitingObjectResponse], description: 'Those that have waited longest first' })
  readonly objects!: readonly WaitingObjectResponse[];

  @Field()
  readonly pagination!: Pagination;
}

export class ReplicationResponse {
  @Field()
  readonly data!: Replication;
}

export function wireWaitingObject(object: WaitingObject): WaitingObjectResponse {
  return {
    id: object.id,
    kind: object.kind,
    size_bytes: object.sizeBytes,
    waiting_since: object.localSince?.toISOString() ?? null,
    attempts: object.attempts,
    last_error_code: object.lastErrorCode,
  };
}
