import type { ReceivedMail, SandboxMailbox } from './mailbox.js';

/** One condition of a query: a field, or a custom argument, equals a text. */
export interface ActivityClause {
  readonly field: 'to_email' | 'from_email' | 'subject' | 'msg_id' | 'unique_args';
  /** Name of the custom argument; null for the other fields. */
  readonly argument: string | null;
  readonly value: string;
}

const CLAUSE =
  /^(?:unique_args\['(?<argument>[^']{1,200})'\]|(?<field>to_email|from_email|subject|msg_id))\s*=\s*"(?<value>[^"]{0,1000})"$/;

/**
 * Reads a query of the Email Activity API (equalities joined by AND), such as `unique_args['email_id']="7"`.
 * @returns null for one it does not understand.
 */
export function parseActivityQuery(query: string): readonly ActivityClause[] | null {
  const clauses = query.split(/\s+AND\s+/).map((text) => CLAUSE.exec(text.trim())?.groups);
  const known = clauses.filter((groups) => groups !== undefined);
  if (known.length < clauses.length) return null;
  return known.map(({ argument, field, value = '' }) => ({
    field: (field ?? 'unique_args') as ActivityClause['field'],
    argument: argument ?? null,
    value,
  }));
}

/** The mails for which every clause holds, newest first. */
export function findActivity(mailbox: SandboxMailbox, clauses: readonly ActivityClause[]): readonly ReceivedMail[] {
  return mailbox
    .search({ limit: Number.POSITIVE_INFINITY })
    .filter((mail) => clauses.every((clause) => holds(clause, mail)));
}

/** A mail as the Email Activity API lists it. */
export function toActivity(mail: ReceivedMail): Readonly<Record<string, unknown>> {
  return {
    from_email: mail.from.email,
    msg_id: mail.message_id,
    subject: mail.subject,
    to_email: mail.to[0]?.email ?? '',
    status: 'delivered',
    opens_count: 0,
    clicks_count: 0,
    last_event_time: mail.received_at,
  };
}

function holds({ field, argument, value }: ActivityClause, mail: ReceivedMail): boolean {
  switch (field) {
    case 'unique_args':
      return argument !== null && mail.custom_args[argument] === value;
    case 'to_email':
      return mail.to.some(({ email }) => email.toLowerCase() === value.toLowerCase());
    case 'from_email':
      return mail.from.email.toLowerCase() === value.toLowerCase();
    case 'subject':
      return mail.subject === value;
    case 'msg_id':
      return mail.message_id === value;
    default:
      return field satisfies never;
  }
}
