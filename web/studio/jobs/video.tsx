import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { ResourceView, useResource } from '../../shared/ui/resource.tsx';

const MEBIBYTE = 1_048_576;

/** The finished video: to watch and to keep. */
export function Video({ jobId }: { readonly jobId: string }) {
  const download = useResource(
    async (signal) =>
      await answerOf(api.GET('/api/jobs/render/download/{job_id}', { signal, params: { path: { job_id: jobId } } })),
    jobId,
  );
  return (
    <ResourceView resource={download}>
      {({ download_url: url, filename, size_bytes: sizeBytes }) => (
        <div class="video">
          <video controls preload="metadata" src={url} aria-label={filename} />
          <a class="button button-primary" href={url} download={filename}>
            Download {filename} <span class="numbers">({(sizeBytes / MEBIBYTE).toFixed(1)} MB)</span>
          </a>
        </div>
      )}
    </ResourceView>
  );
}
