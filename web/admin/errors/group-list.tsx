import { useState } from 'preact/hooks';
import type { ErrorGroupState, ErrorGroupListItem } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { compact } from '../format/amount.ts';
import { ago, moment } from '../format/time.ts';
import { useClock } from '../live/use-clock.ts';
import { usePolled } from '../live/use-polled.ts';
import { hashOf } from '../routes.ts';
import { Badge } from '../ui/badge.tsx';
import { Choose } from '../ui/choose.tsx';
import { Empty, PolledView } from '../ui/polled-view.tsx';
import { GROUP_STATES, stateTone } from './group-state.ts';
import { Sparkline } from './sparkline.tsx';

const POLL_MS = 1_500;
const ON_A_PAGE = 25;

/** Problems, the last seen first, a page at a time however many there are. */
export function GroupList() {
  const [state, setState] = useState<ErrorGroupState | null>(null);
  // Where each page up to this one begins; the first one has no cursor.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const groups = usePolled(
    async (signal) => {
      const query = {
        limit: ON_A_PAGE,
        ...(state === null ? {} : { state }),
        ...(cursor === undefined ? {} : { cursor }),
      };
      return (await answerOf(api.GET('/admin/api/monitoring/errors/groups', { signal, params: { query } }))).data;
    },
    POLL_MS,
    `${state ?? ''} ${cursor ?? ''}`,
  );
  const filter = (next: ErrorGroupState | null): void => {
    setState(next);
    setCursors([]);
  };
  const next = groups.value?.next_cursor ?? null;
  return (
    <Panel title="Groups" aside={<Choose label="State" options={GROUP_STATES} value={state} onChange={filter} />}>
      <PolledView polled={groups} lines={10}>
        {({ groups: list }) =>
          list.length === 0 ? (
            <Empty>{state === null ? 'No errors have been seen.' : `No group is ${state}.`}</Empty>
          ) : (
            <ul class="groups">
              {list.map((group) => (
                <GroupLine key={group.id} group={group} />
              ))}
            </ul>
          )
        }
      </PolledView>
      {(cursors.length > 0 || next !== null) && (
        <div class="pager">
          <button
            type="button"
            class="act"
            disabled={cursors.length === 0}
            onClick={() => setCursors(cursors.slice(0, -1))}
          >
            Newer
          </button>
          <span class="small soft numbers">Page {cursors.length + 1}</span>
          <button
            type="button"
            class="act"
            disabled={next === null}
            onClick={() => next !== null && setCursors([...cursors, next])}
          >
            Older
          </button>
        </div>
      )}
    </Panel>
  );
}

function GroupLine({ group }: { readonly group: ErrorGroupListItem }) {
  const now = useClock();
  const lastDay = group.last_day.reduce((sum, count) => sum + count, 0);
  const where = [group.service, group.operation].filter((part) => part !== null).join(' · ');
  return (
    <li class="group">
      <div class="group-what">
        <a class="group-title" href={hashOf({ view: 'group', id: group.id })}>
          {group.title}
        </a>
        <p class="small soft">
          <span class="mono">{group.code}</span>
          {where !== '' && ` · ${where}`}
        </p>
      </div>
      <Badge tone={stateTone(group.state)}>{group.state}</Badge>
      <Sparkline counts={group.last_day} label={`${compact(lastDay)} in the last 24 hours`} />
      <p class="group-number numbers">
        <strong>{compact(group.count)}</strong> <span class="small soft">times</span>
      </p>
      <p class="group-number numbers">
        <strong>{compact(group.users_affected)}</strong> <span class="small soft">users</span>
      </p>
      <p class="group-seen small soft numbers">
        <span title={moment(group.last_seen_at)}>last {ago(group.last_seen_at, now)}</span>
        <span title={moment(group.first_seen_at)}>first {ago(group.first_seen_at, now)}</span>
      </p>
    </li>
  );
}
