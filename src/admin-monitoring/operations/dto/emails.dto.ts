import { Transform } from 'class-transformer';
import { IsIn, IsString, MaxLength } from 'class-validator';
import type { Email, EmailStatus } from '../../../email/index.js';
import {
  CountField,
  Field,
  IdField,
  IsWellFormedText,
  OptionalField,
  PageQuery,
  Pagination,
  TimeField,
} from '../../../platform/http/index.js';

const EMAIL_STATUSES = ['pending', 'sent', 'dead'] as const satisfies readonly EmailStatus[];

/** Query of `GET emails`. */
export class EmailQuery extends PageQuery {
  @Field({ enumName: 'EmailStatus', description: 'Only mails in this state' })
  @OptionalField()
  @IsIn(EMAIL_STATUSES)
  readonly status?: EmailStatus;

  @Field({ description: 'Only mails to this address' })
  @OptionalField()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim().toLowerCase() : value))
  @IsString()
  @MaxLength(254)
  @IsWellFormedText()
  readonly to?: string;
}

/** A mail of the outbox, without what it says: links in it are keys. */
export class OperatorEmail {
  @IdField()
  readonly id!: string;

  @Field({ enum: EMAIL_STATUSES, enumName: 'EmailStatus' })
  readonly status!: EmailStatus;

  @Field({ format: 'email' })
  readonly to!: string;

  @IdField({ nullable: true })
  readonly user_id!: string | null;

  @Field({ example: 'render_completed' })
  readonly template!: string;

  @CountField()
  readonly attempts!: number;

  @TimeField({ nullable: true, description: 'Only while it waits' })
  readonly next_attempt_at!: string | null;

  @Field({ type: String, nullable: true, example: 'EMAIL_ADDRESS_REJECTED' })
  readonly last_error_code!: string | null;

  @Field({ type: String, nullable: true, description: "The provider's id of the accepted message" })
  readonly provider_message_id!: string | null;

  @TimeField()
  readonly created_at!: string;

  @TimeField({ nullable: true })
  readonly sent_at!: string | null;
}

export class EmailPage {
  @Field({ type: [OperatorEmail] })
  readonly emails!: readonly OperatorEmail[];

  @Field()
  readonly pagination!: Pagination;
}

export class EmailPageResponse {
  @Field()
  readonly data!: EmailPage;
}

export class ResentEmail {
  @Field()
  readonly email!: OperatorEmail;
}

export class ResentEmailResponse {
  @Field()
  readonly data!: ResentEmail;
}

export function wireEmail(email: Email): OperatorEmail {
  return {
    id: email.id,
    status: email.status,
    to: email.toAddress,
    user_id: email.userId,
    template: email.template,
    attempts: email.attempts,
    next_attempt_at: email.status === 'pending' ? email.nextAttemptAt.toISOString() : null,
    last_error_code: email.lastErrorCode,
    provider_message_id: email.providerMessageId,
    created_at: email.createdAt.toISOString(),
    sent_at: email.sentAt?.toISOString() ?? null,
  };
}
