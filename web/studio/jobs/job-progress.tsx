import type { RenderJobView, RenderStage } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Button } from '../../shared/ui/button.tsx';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import { useAction } from '../../shared/ui/use-action.ts';

const STAGES: Readonly<Record<RenderStage, string>> = {
  fetching: 'Fetching your track',
  analysing: 'Listening to your track',
  rendering: 'Drawing your video',
  storing: 'Storing your video',
};
const LONG_SECONDS = 90;

/** How far a video is, and how long it will take. */
export function JobProgress({ job }: { readonly job: RenderJobView }) {
  const cancel = useAction(async () => {
    await answerOf(api.POST('/api/jobs/render/cancel/{job_id}', { params: { path: { job_id: job.id } } }));
  });
  return (
    <>
      <div class="progress">
        <div class="progress-words">
          <span role="status">{whatIsDone(job)}</span>
          <span class="numbers">{job.progress} %</span>
        </div>
        <progress max={100} value={job.progress} aria-label="Progress of your video" />
        <div class="progress-words small soft">
          <span class="numbers">{timeLeft(job.estimated_completion)}</span>
          <span>You can close this page: we write to you when it is ready.</span>
        </div>
      </div>
      <div>
        <Button kind="quiet" busy={cancel.busy} onClick={cancel.run}>
          Cancel, and keep the credit
        </Button>
      </div>
      {cancel.failure !== null && <FailureNotice failure={cancel.failure} onRetry={cancel.run} />}
    </>
  );
}

function whatIsDone({ status, stage, attempt }: RenderJobView): string {
  if (status === 'queued') return attempt > 0 ? 'Waiting for another try' : 'Waiting for its turn';
  return stage === null ? 'Starting' : STAGES[stage];
}

function timeLeft(estimatedCompletion: string | null): string {
  if (estimatedCompletion === null) return '';
  const seconds = Math.max(1, Math.round((Date.parse(estimatedCompletion) - Date.now()) / 1_000));
  return seconds < LONG_SECONDS ? `About ${seconds} s left` : `About ${Math.round(seconds / 60)} min left`;
}
