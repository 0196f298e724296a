import { memo } from 'preact/compat';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ErrorListItem } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { clockTime, moment } from '../format/time.ts';
import { feed } from '../live/news.ts';
import { withNewest } from '../live/newest.ts';
import { usePolled } from '../live/use-polled.ts';
import { hashOf } from '../routes.ts';
import { Badge } from '../ui/badge.tsx';
import { levelTone } from '../ui/level-tone.ts';
import { Empty, PolledView } from '../ui/polled-view.tsx';

const POLL_MS = 1_000;
/** What is written late, as after an outage of the database, is not in the stream. */
const BESIDE_STREAM_MS = 15_000;
const SHOWN = 100;

/** Errors as they happen, newest first: told by the stream, and asked for where no stream comes through. */
export function LiveErrors() {
  const [list, setList] = useState<readonly ErrorListItem[]>([]);
  const connected = feed.connected.value;
  const add = useCallback((errors: readonly ErrorListItem[]) => {
    setList((known) => withNewest(known, errors, SHOWN));
  }, []);
  useEffect(
    () => feed.listen((news) => add(news.flatMap((one) => (one.event === 'error_captured' ? [one.data] : [])))),
    [add],
  );
  const errors = usePolled(
    async (signal) => {
      const options = { signal, params: { query: { limit: SHOWN } } };
      const { data } = await answerOf(api.GET('/admin/api/monitoring/logs/recent-errors', options));
      add(data.errors);
      return data;
    },
    connected ? BESIDE_STREAM_MS : POLL_MS,
  );
  return (
    <Panel
      title="Live errors"
      aside={
        <span class="small soft">
          the latest {SHOWN}, {connected ? 'live' : 'asked for every second'}
        </span>
      }
    >
      <PolledView polled={errors} lines={8}>
        {({ source }) => (
          <>
            {source === 'memory' && (
              <p class="notice notice-warn" role="status">
                PostgreSQL is away: these are the errors that the process that answered remembers.
              </p>
            )}
            {list.length === 0 ? (
              <Empty>No errors. This list fills by itself.</Empty>
            ) : (
              <ol class="stream" tabIndex={0} aria-label="Latest errors">
                {list.map((error) => (
                  <Line key={error.id} error={error} />
                ))}
              </ol>
            )}
          </>
        )}
      </PolledView>
    </Panel>
  );
}

const Line = memo(function Line({ error }: { readonly error: ErrorListItem }) {
  return (
    <li class="stream-line">
      <time class="mono small soft" dateTime={error.occurred_at} title={moment(error.occurred_at)}>
        {clockTime(error.occurred_at)}
      </time>
      <Badge tone={levelTone(error.level)}>{error.level}</Badge>
      <a class="mono small code" href={hashOf({ view: 'group', id: error.group_id })}>
        {error.code}
      </a>
      <span class="stream-text">{error.message}</span>
      <span class="small soft mono stream-where">{error.endpoint ?? error.operation ?? error.service ?? ''}</span>
    </li>
  );
});
