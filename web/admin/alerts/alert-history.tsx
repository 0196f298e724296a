import type { AlertFiringView } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { compact, words } from '../format/amount.ts';
import { moment } from '../format/time.ts';
import { PagedPanel } from '../operations/paged-panel.tsx';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/polled-view.tsx';

/** When which rule fired, and who was told. */
export function AlertHistory() {
  return (
    <PagedPanel
      title="History"
      on="alert_changed"
      load={async (query, signal) =>
        (await answerOf(api.GET('/admin/api/monitoring/alerts/history', { signal, params: { query } }))).data
      }
    >
      {({ firings }) =>
        firings.length === 0 ? (
          <Empty>No alert has fired.</Empty>
        ) : (
          <ul class="rows">
            {firings.map((firing) => (
              <Firing key={firing.id} firing={firing} />
            ))}
          </ul>
        )
      }
    </PagedPanel>
  );
}

function Firing({ firing }: { readonly firing: AlertFiringView }) {
  const { rule_name: name, subject, value, threshold, fired_at: fired, resolved_at: resolved, notifications } = firing;
  return (
    <li class="entry">
      <Badge tone={resolved === null ? 'bad' : 'good'}>{resolved === null ? 'firing' : 'over'}</Badge>
      <div class="entry-main">
        <p class="wrap">
          <strong>{name}</strong>
          {subject !== null && <span class="soft"> {subject}</span>}
        </p>
        <p class="small soft numbers">
          {compact(value)} against {compact(threshold)} · {moment(fired)}
          {resolved !== null && ` to ${moment(resolved)}`}
          {firing.ended_by !== null && ` (${words(firing.ended_by)})`}
        </p>
        {notifications.map(({ id, event, method, status, last_error_code: code }) => (
          <p key={id} class="small soft">
            {event} by {method}: {status}
            {code !== null && <span class="mono"> {code}</span>}
          </p>
        ))}
      </div>
    </li>
  );
}
