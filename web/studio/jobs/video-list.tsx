import type { RenderJobListItem, RenderJobStatus } from '../../generated/api.ts';
import { Button } from '../../shared/ui/button.tsx';
import { Panel } from '../../shared/ui/panel.tsx';
import { type Resource, ResourceView } from '../../shared/ui/resource.tsx';

const WORDS: Readonly<Record<RenderJobStatus, string>> = {
  queued: 'Waiting',
  processing: 'Being made',
  completed: 'Ready',
  failed: 'Failed, credit returned',
  cancelled: 'Cancelled, credit returned',
};

interface VideoListProps {
  readonly jobs: Resource<readonly RenderJobListItem[]>;
  readonly onOpen: (jobId: string) => void;
}

/** What was made so far. */
export function VideoList({ jobs, onOpen }: VideoListProps) {
  return (
    <Panel title="Your videos">
      <ResourceView resource={jobs}>
        {(list) =>
          list.length === 0 ? (
            <p class="soft">No videos yet. Drop a track to begin.</p>
          ) : (
            <ul class="list">
              {list.map(({ id, status, created_at: createdAt, render_config: look }) => (
                <li key={id} class="list-row">
                  <span class="list-main">
                    <strong>{look.title ?? 'Untitled'}</strong>
                    <br />
                    <span class="small soft">
                      {WORDS[status]} · {look.visualization} · {new Date(createdAt).toLocaleDateString()}
                    </span>
                  </span>
                  <Button kind="quiet" onClick={() => onOpen(id)} aria-label={`Open ${look.title ?? 'Untitled'}`}>
                    Open
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </ResourceView>
    </Panel>
  );
}
