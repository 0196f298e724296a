import type { ErrorCode, RenderJobView } from '../../generated/api.ts';
import { useAdvice } from '../../shared/errors/use-advice.ts';
import { Button } from '../../shared/ui/button.tsx';

interface JobFailedProps {
  readonly job: RenderJobView;
  readonly onAgain: () => void;
  readonly busy: boolean;
}

/** Why a video could not be made, and what to do now. */
export function JobFailed({ job: { id, error, request_id: requestId }, onAgain, busy }: JobFailedProps) {
  const advice = useAdvice({
    kind: 'answered',
    status: 500,
    code: (error?.code ?? 'RENDERING_ERROR') as ErrorCode,
    message: error?.message ?? 'The video could not be made.',
    recoverable: error?.recoverable ?? false,
    requestId: requestId ?? id,
    retryAfterSeconds: null,
    details: {},
  });
  // The same track would fail again; everything else may go well the next time.
  const isHopeless = advice.remedy === 'other-file' || advice.remedy === 'other-choice';
  return (
    <div class="notice notice-bad" role="alert">
      <p class="notice-title">This video could not be made</p>
      <p>
        {advice.message} {advice.hint} Your credit is yours again.
      </p>
      {!isHopeless && (
        <div class="notice-actions">
          <Button kind="quiet" busy={busy} onClick={onAgain}>
            Make it again
          </Button>
        </div>
      )}
      <p class="request-id">
        {requestId === null ? 'Job' : 'Request'} <code>{requestId ?? id}</code>
      </p>
    </div>
  );
}
