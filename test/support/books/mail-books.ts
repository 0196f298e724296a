import type { Query } from '../books.js';
import type { SandboxView } from '../sandbox-view.js';

interface MailRow {
  readonly id: string;
  readonly toAddress: string;
  readonly dedupeKey: string;
  readonly status: 'pending' | 'sent' | 'dead';
  readonly lastErrorCode: string | null;
}

interface FactRow {
  readonly key: string;
}

/** What each fact's mail is called in the outbox. A job that was started again has failed once in every generation before. */
const FACTS = `
  SELECT 'render_completed:' || id AS key FROM render_jobs WHERE status = 'completed'
  UNION ALL
  SELECT 'render_failed:' || j.id || ':' || g FROM render_jobs j
    CROSS JOIN LATERAL generate_series(1, CASE WHEN j.status = 'failed' THEN j.generation ELSE j.generation - 1 END) g
  UNION ALL
  SELECT 'payment_receipt:' || id FROM payments WHERE completed_at IS NOT NULL`;

const UNWELCOMED = `
  SELECT u.email AS key FROM users u
   WHERE NOT EXISTS (SELECT FROM emails e WHERE e.user_id = u.id AND e.dedupe_key LIKE 'verify_email:%')`;

/** Refusals of this very mail, after which it is rightly dead. */
const PERMANENT = new Set<string | null>(['EMAIL_ADDRESS_REJECTED', 'EMAIL_CONTENT_REJECTED']);

/**
 * Facts against the outbox, and the outbox against what arrived. Each mail is asked to have arrived exactly once, also where an
 * answer was lost: the double can be asked what it took, and then the product promises that (`EmailDispatcher`).
 */
export async function mailDiscrepancies(query: Query, sandbox: SandboxView): Promise<readonly string[]> {
  const mails = await query<MailRow>(
    `SELECT id, to_address AS "toAddress", dedupe_key AS "dedupeKey", status, last_error_code AS "lastErrorCode" FROM emails`,
  );
  const facts = new Set((await query<FactRow>(FACTS)).map(({ key }) => key));
  const unwelcomed = await query<FactRow>(UNWELCOMED);
  const written = new Set(mails.map(({ dedupeKey }) => dedupeKey));
  return [
    ...[...facts].filter((key) => !written.has(key)).map((key) => `no mail was written for ${key}`),
    ...mails
      .filter(({ dedupeKey }) => /^(?:render_|payment_)/.test(dedupeKey) && !facts.has(dedupeKey))
      .map(({ dedupeKey }) => `a mail was written for ${dedupeKey}, which is no fact`),
    ...unwelcomed.map(({ key }) => `no verification was written for ${key}`),
    ...(await arrivals(mails, sandbox)),
  ];
}

async function arrivals(mails: readonly MailRow[], sandbox: SandboxView): Promise<readonly string[]> {
  const known = new Set(mails.map(({ id }) => id));
  const problems: string[] = [];
  for (const [address, ofAddress] of Map.groupBy(mails, ({ toAddress }) => toAddress)) {
    const received = (await sandbox.mailsTo(address)).map(({ custom_args: args }) => args.email_id ?? 'none');
    for (const id of received) {
      if (!known.has(id)) problems.push(`a mail ${id} arrived at ${address} that is not in the outbox`);
    }
    problems.push(
      ...ofAddress.flatMap((mail) => arrivalProblems(mail, received.filter((id) => id === mail.id).length)),
    );
  }
  return problems;
}

function arrivalProblems({ dedupeKey, status, lastErrorCode }: MailRow, times: number): readonly string[] {
  const code = lastErrorCode === null ? '' : ` (${lastErrorCode})`;
  if (status === 'pending') return [`the mail ${dedupeKey} still waits${code}, and arrived ${times} times`];
  const expected = status === 'sent' ? 1 : 0;
  const problems = times === expected ? [] : [`the mail ${dedupeKey} is ${status} and arrived ${times} times`];
  return status === 'dead' && !PERMANENT.has(lastErrorCode)
    ? [...problems, `the mail ${dedupeKey} was given up${code}`]
    : problems;
}
