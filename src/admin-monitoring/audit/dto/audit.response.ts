import { Field, IdField, Pagination, TimeField } from '../../../platform/http/index.js';
import { AUDIT_ACTIONS, type AuditAction } from '../audit-actions.js';
import type { AuditEntry } from '../audit-entry.entity.js';

/** One change: who, what, why, from where, when. */
export class AuditEntryResponse {
  @IdField()
  readonly id!: string;

  @TimeField()
  readonly occurred_at!: string;

  @IdField()
  readonly actor_id!: string;

  @Field({ format: 'email' })
  readonly actor!: string;

  @Field({ description: 'Address the request came from' })
  readonly ip!: string;

  @Field()
  readonly request_id!: string;

  @Field({ enum: AUDIT_ACTIONS, enumName: 'AuditAction' })
  readonly action!: AuditAction;

  @Field({ type: String, nullable: true, description: 'What was changed; null where it is the product as a whole' })
  readonly target!: string | null;

  @Field({ type: String, nullable: true })
  readonly reason!: string | null;

  @Field({ type: 'object', additionalProperties: true })
  readonly details!: object;
}

export class AuditPage {
  @Field({ type: [AuditEntryResponse] })
  readonly entries!: readonly AuditEntryResponse[];

  @Field()
  readonly pagination!: Pagination;
}

export class AuditResponse {
  @Field()
  readonly data!: AuditPage;
}

export function wireAuditEntry(entry: AuditEntry): AuditEntryResponse {
  return {
    id: entry.id,
    occurred_at: entry.occurredAt.toISOString(),
    actor_id: entry.actorId,
    actor: entry.actorEmail,
    ip: entry.ip,
    request_id: entry.requestId,
    action: entry.action,
    target: entry.target,
    reason: entry.reason,
    details: entry.details,
  };
}
