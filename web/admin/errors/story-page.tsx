import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { ResourceView, useResource } from '../../shared/ui/resource.tsx';
import { words } from '../format/amount.ts';
import { clockTime, moment } from '../format/time.ts';
import { hashOf } from '../routes.ts';
import { Badge } from '../ui/badge.tsx';
import { levelTone } from '../ui/level-tone.ts';
import { Empty } from '../ui/polled-view.tsx';
import { type StoryEntry, storyEntries } from './story-entries.ts';

/** All that a request did and caused, as a time line. */
export function StoryPage({ requestId }: { readonly requestId: string }) {
  const story = useResource(async (signal) => {
    const options = { signal, params: { path: { request_id: requestId } } };
    return (await answerOf(api.GET('/admin/api/monitoring/requests/{request_id}', options))).data;
  }, requestId);
  return (
    <>
      <a class="small" href={hashOf({ view: 'errors' })}>
        ← All errors
      </a>
      <Panel title="The story of a request" aside={<span class="mono soft">{requestId}</span>}>
        <ResourceView resource={story} lines={8}>
          {(value) => <Line entries={storyEntries(value)} />}
        </ResourceView>
      </Panel>
    </>
  );
}

function Line({ entries }: { readonly entries: readonly StoryEntry[] }) {
  const first = entries[0];
  if (first === undefined) return <Empty>Nothing is known of this request, or not any more.</Empty>;
  return (
    <>
      <p class="small soft">It began {moment(first.at)}.</p>
      <ol class="timeline">
        {entries.map((entry, index) => (
          <li key={index} class={`moment moment-${levelTone(entry.level)}`}>
            <time class="mono small soft" dateTime={entry.at}>
              {clockTime(entry.at)}
            </time>
            <Badge tone={levelTone(entry.level)}>{words(entry.kind)}</Badge>
            <span class="small wrap">
              {entry.eventId === null ? (
                entry.text
              ) : (
                <a href={hashOf({ view: 'event', id: entry.eventId })}>{entry.text}</a>
              )}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
