import { useState } from 'preact/hooks';
import type { ErrorGroupDetail, ErrorGroupView, ErrorListItem } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { compact } from '../format/amount.ts';
import { ago, moment } from '../format/time.ts';
import { useClock } from '../live/use-clock.ts';
import { usePolled } from '../live/use-polled.ts';
import { hashOf } from '../routes.ts';
import { AskDialog, type Question } from '../ui/ask-dialog.tsx';
import { Badge } from '../ui/badge.tsx';
import { Facts } from '../ui/facts.tsx';
import { Empty, PolledView } from '../ui/polled-view.tsx';
import { EventDetail } from './event-detail.tsx';
import { ignore, reopen, resolve } from './group-questions.ts';
import { stateTone } from './group-state.ts';
import { StackedChart } from './stacked-chart.tsx';
import { stackOf } from './stacked.ts';

const POLL_MS = 1_500;
const DAY_MS = 86_400_000;
const BUCKETS = 48;

/** A problem with all that is known about it. */
export function GroupPage({ id }: { readonly id: string }) {
  const [question, setQuestion] = useState<Question | null>(null);
  const detail = usePolled(
    async (signal) => {
      const options = { signal, params: { path: { id }, query: { window: '24h' } } };
      return (await answerOf(api.GET('/admin/api/monitoring/errors/groups/{id}', options))).data;
    },
    POLL_MS,
    id,
  );
  return (
    <>
      <a class="small" href={hashOf({ view: 'errors' })}>
        ← All errors
      </a>
      <PolledView polled={detail} lines={12}>
        {(value) => <Detail detail={value} onAsk={setQuestion} />}
      </PolledView>
      {question !== null && (
        <AskDialog
          question={question}
          onClose={() => {
            setQuestion(null);
            detail.reload();
          }}
        />
      )}
    </>
  );
}

interface DetailProps {
  readonly detail: ErrorGroupDetail;
  readonly onAsk: (question: Question) => void;
}

function Detail({ detail, onAsk }: DetailProps) {
  const { group, endpoints, releases, events } = detail;
  const newest = events[0];
  return (
    <>
      <Panel title={group.title} aside={<Badge tone={stateTone(group.state)}>{group.state}</Badge>}>
        <About group={group} />
        <div class="service-actions">
          {group.state !== 'resolved' && <Act label="Resolve" onClick={() => onAsk(resolve(group.id))} />}
          {group.state !== 'ignored' && <Act label="Ignore" onClick={() => onAsk(ignore(group.id))} />}
          {group.state !== 'unresolved' && <Act label="Reopen" onClick={() => onAsk(reopen(group.id))} />}
        </div>
        <Course series={detail.series.points} />
      </Panel>
      <div class="halves">
        <Panel title="Affected endpoints">
          <Counts counts={endpoints.map(({ endpoint, count }) => [endpoint, count])} />
        </Panel>
        <Panel title="Seen in versions">
          <Counts counts={releases.map(({ release, count }) => [release, count])} />
        </Panel>
      </div>
      {newest !== undefined && (
        <Panel title="The newest sample">
          <EventDetail id={newest.id} />
        </Panel>
      )}
      <Panel title="Samples">
        <Samples events={events} />
      </Panel>
    </>
  );
}

function Act({ label, onClick }: { readonly label: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="act" onClick={onClick}>
      {label}
    </button>
  );
}

function About({ group }: { readonly group: ErrorGroupView }) {
  const now = useClock();
  return (
    <Facts
      facts={[
        ['Code', group.code],
        ['Class', group.error_class],
        ['Where', [group.service, group.operation].filter((part) => part !== null).join(' · ') || null],
        ['Count', compact(group.count)],
        ['Users', compact(group.users_affected)],
        ['First seen', `${ago(group.first_seen_at, now)}, in ${group.first_release}`],
        ['Last seen', `${ago(group.last_seen_at, now)}, in ${group.last_release}`],
        ['Ignored until', group.ignore_until === null ? null : moment(group.ignore_until)],
        ['Came back', group.regressed_at === null ? null : moment(group.regressed_at)],
      ]}
    />
  );
}

function Course({ series }: { readonly series: ErrorGroupDetail['series']['points'] }) {
  const total = series.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return <Empty>Not seen in the last 24 hours.</Empty>;
  const toMs = Date.now();
  const stack = stackOf({ fromMs: toMs - DAY_MS, toMs }, series, [], BUCKETS);
  return (
    <>
      <p class="small soft numbers">{compact(total)} in the last 24 hours</p>
      <StackedChart stack={stack} />
    </>
  );
}

function Counts({ counts }: { readonly counts: readonly (readonly [string, number])[] }) {
  if (counts.length === 0) return <Empty>None in the last 24 hours.</Empty>;
  return (
    <ul class="rows">
      {counts.map(([name, count]) => (
        <li key={name} class="row">
          <span class="mono">{name}</span>
          <span class="numbers">{compact(count)}</span>
        </li>
      ))}
    </ul>
  );
}

function Samples({ events }: { readonly events: readonly ErrorListItem[] }) {
  if (events.length === 0) return <Empty>No sample is kept any more.</Empty>;
  return (
    <ul class="rows">
      {events.map((event) => (
        <li key={event.id} class="row">
          <a class="row-main wrap" href={hashOf({ view: 'event', id: event.id })}>
            {event.message}
          </a>
          <span class="small soft numbers">
            {moment(event.occurred_at)} · {event.endpoint ?? event.instance}
          </span>
          {event.request_id !== null && (
            <a class="mono" href={hashOf({ view: 'story', requestId: event.request_id })}>
              {event.request_id}
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}
