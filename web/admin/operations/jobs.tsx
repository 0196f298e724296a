import { useState } from 'preact/hooks';
import type { OperatorJob, RenderJobStatus } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { moment } from '../format/time.ts';
import type { Question } from '../ui/ask-dialog.tsx';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Choose } from '../ui/choose.tsx';
import { Empty } from '../ui/polled-view.tsx';
import { PagedPanel } from './paged-panel.tsx';

const TONES = {
  queued: 'calm',
  processing: 'warn',
  completed: 'good',
  failed: 'bad',
  cancelled: 'calm',
} as const satisfies Record<RenderJobStatus, Tone>;
const STATES = ['queued', 'processing', 'completed', 'failed', 'cancelled'] as const;

/** The render jobs of all customers. */
export function Jobs() {
  const [status, setStatus] = useState<RenderJobStatus | null>(null);
  return (
    <PagedPanel
      title="Render jobs"
      filter={status ?? ''}
      aside={() => <Choose label="State" options={STATES} value={status} onChange={setStatus} />}
      load={async (page, signal) => {
        const query = { ...page, ...(status === null ? {} : { status }) };
        return (await answerOf(api.GET('/admin/api/monitoring/jobs', { signal, params: { query } }))).data;
      }}
    >
      {({ jobs }, ask) =>
        jobs.length === 0 ? (
          <Empty>There are no such jobs.</Empty>
        ) : (
          <ul class="rows">
            {jobs.map((job) => (
              <Job key={job.id} job={job} onAsk={ask} />
            ))}
          </ul>
        )
      }
    </PagedPanel>
  );
}

function Job({ job, onAsk }: { readonly job: OperatorJob; readonly onAsk: (question: Question) => void }) {
  const { id, status, stage, progress, attempt, error, created_at: created } = job;
  return (
    <li class="entry">
      <Badge tone={TONES[status]}>{status}</Badge>
      <div class="entry-main">
        <p class="mono">{id}</p>
        <p class="small soft numbers">
          {stage !== null && status === 'processing' && `${stage}, ${progress} % · `}attempt {attempt} ·{' '}
          {moment(created)}
        </p>
        {error !== null && (
          <p class="small wrap">
            <span class="mono">{error.code}</span> {error.message}
          </p>
        )}
      </div>
      {status === 'failed' && (
        <button type="button" class="act" aria-label={`Retry job ${id}`} onClick={() => onAsk(retry(id))}>
          Retry
        </button>
      )}
    </li>
  );
}

function retry(id: string): Question {
  return {
    title: 'Retry this job',
    effect: 'It starts again with the credit that came back to the customer.',
    confirm: 'Retry',
    act: async (reason) => {
      await answerOf(api.POST('/admin/api/monitoring/jobs/{id}/retry', { params: { path: { id } }, body: { reason } }));
    },
  };
}
