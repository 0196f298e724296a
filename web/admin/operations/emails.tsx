import { useState } from 'preact/hooks';
import type { EmailStatus, OperatorEmail } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { words } from '../format/amount.ts';
import { moment } from '../format/time.ts';
import type { Question } from '../ui/ask-dialog.tsx';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Choose } from '../ui/choose.tsx';
import { Empty } from '../ui/polled-view.tsx';
import { PagedPanel } from './paged-panel.tsx';

const TONES = { pending: 'warn', sent: 'good', dead: 'bad' } as const satisfies Record<EmailStatus, Tone>;
const STATES = ['pending', 'sent', 'dead'] as const;

/** The outbox: what was sent, what waits, what was given up. */
export function Emails() {
  const [status, setStatus] = useState<EmailStatus | null>(null);
  return (
    <PagedPanel
      title="E-mails"
      filter={status ?? ''}
      aside={() => <Choose label="State" options={STATES} value={status} onChange={setStatus} />}
      load={async (page, signal) => {
        const query = { ...page, ...(status === null ? {} : { status }) };
        return (await answerOf(api.GET('/admin/api/monitoring/emails', { signal, params: { query } }))).data;
      }}
    >
      {({ emails }, ask) =>
        emails.length === 0 ? (
          <Empty>There are no such e-mails.</Empty>
        ) : (
          <ul class="rows">
            {emails.map((email) => (
              <Email key={email.id} email={email} onAsk={ask} />
            ))}
          </ul>
        )
      }
    </PagedPanel>
  );
}

function Email({ email, onAsk }: { readonly email: OperatorEmail; readonly onAsk: (question: Question) => void }) {
  const {
    id,
    status,
    to,
    template,
    attempts,
    created_at: created,
    last_error_code: code,
    next_attempt_at: next,
  } = email;
  return (
    <li class="entry">
      <Badge tone={TONES[status]}>{status}</Badge>
      <div class="entry-main">
        <p class="wrap">
          {words(template)} <span class="soft">to {to}</span>
        </p>
        <p class="small soft numbers">
          {attempts} {attempts === 1 ? 'attempt' : 'attempts'} · {moment(created)}
          {status === 'pending' && next !== null && ` · next attempt ${moment(next)}`}
        </p>
        {code !== null && <p class="small mono">{code}</p>}
      </div>
      {status === 'dead' && (
        <button type="button" class="act" aria-label={`Resend e-mail to ${to}`} onClick={() => onAsk(resend(id))}>
          Resend
        </button>
      )}
    </li>
  );
}

function resend(id: string): Question {
  return {
    title: 'Resend this e-mail',
    effect: 'It goes into the outbox again and is tried from the beginning.',
    confirm: 'Resend',
    act: async (reason) => {
      const options = { params: { path: { id } }, body: { reason } };
      await answerOf(api.POST('/admin/api/monitoring/emails/{id}/resend', options));
    },
  };
}
