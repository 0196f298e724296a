import { useEffect } from 'preact/hooks';
import type { RenderDownload } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { type Resource, useResource } from '../../shared/ui/resource.tsx';

/** A link is renewed when it has less than this to live: nobody begins a download with one that ends before it. */
const MARGIN_MS = 10 * 60_000;
/** Looked at by the wall clock, since a timer of a whole day does not count the hours in which a computer sleeps. */
const LOOK_EVERY_MS = 15_000;

/** A link to a finished video that stays good for as long as the page is open. `reload` renews it at once. */
export function useFreshLink(jobId: string): Resource<RenderDownload> {
  const link = useResource(
    async (signal) =>
      await answerOf(api.GET('/api/jobs/render/download/{job_id}', { signal, params: { path: { job_id: jobId } } })),
    jobId,
  );
  const expiresAt = link.state === 'ready' ? link.value.expires_at : null;
  useEffect(() => {
    if (expiresAt === null) return;
    const timer = setInterval(() => {
      if (Date.parse(expiresAt) - Date.now() < MARGIN_MS) link.reload();
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [expiresAt]);
  return link;
}
