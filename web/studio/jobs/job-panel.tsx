import { useEffect, useState } from 'preact/hooks';
import type { RenderJobView } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { type Failure, failureOf } from '../../shared/api/failure.ts';
import { Button } from '../../shared/ui/button.tsx';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import { Panel, Skeleton } from '../../shared/ui/panel.tsx';
import { useAction } from '../../shared/ui/use-action.ts';
import { followJob } from './follow-job.ts';
import { JobFailed } from './job-failed.tsx';
import { JobProgress } from './job-progress.tsx';
import { Video } from './video.tsx';

interface JobPanelProps {
  readonly jobId: string;
  /** The job has ended. */
  readonly onEnd: () => void;
  readonly onClose: () => void;
}

/** One job, followed to its end and shown. */
export function JobPanel({ jobId, onEnd, onClose }: JobPanelProps) {
  const [job, setJob] = useState<RenderJobView | null>(null);
  const [lost, setLost] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [round, setRound] = useState(0);
  const followAgain = (): void => setRound((value) => value + 1);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    setFailure(null);
    followJob(jobId, signal, { onChange: setJob, onTrouble: setLost }).then(
      () => {
        if (!signal.aborted) onEnd();
      },
      (error: unknown) => setFailure(failureOf(error)),
    );
    return () => controller.abort();
  }, [jobId, round]);
  const again = useAction(async () => {
    await answerOf(api.POST('/api/jobs/render/retry/{job_id}', { params: { path: { job_id: jobId } } }));
    followAgain();
  });
  return (
    <Panel
      title="Your video"
      class="job"
      aside={
        <Button kind="quiet" onClick={onClose}>
          Make another
        </Button>
      }
    >
      {failure !== null && <FailureNotice failure={failure} onRetry={followAgain} />}
      {job === null && failure === null && <Skeleton lines={3} label="Looking for your video" />}
      {job !== null && <JobState job={job} onAgain={again.run} busy={again.busy} />}
      {lost && (
        <p class="notice notice-warn" role="status">
          The connection is lost. Your video goes on being made, and this page catches up by itself.
        </p>
      )}
      {again.failure !== null && <FailureNotice failure={again.failure} onRetry={again.run} />}
    </Panel>
  );
}

interface JobStateProps {
  readonly job: RenderJobView;
  readonly onAgain: () => void;
  readonly busy: boolean;
}

function JobState({ job, onAgain, busy }: JobStateProps) {
  switch (job.status) {
    case 'queued':
    case 'processing':
      return <JobProgress job={job} />;
    case 'completed':
      return <Video jobId={job.id} />;
    case 'failed':
      return <JobFailed job={job} onAgain={onAgain} busy={busy} />;
    case 'cancelled':
      return <p class="notice">Cancelled. Your credit is yours again.</p>;
  }
}
