import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { words } from '../format/amount.ts';
import { moment } from '../format/time.ts';
import { PagedPanel } from '../operations/paged-panel.tsx';
import { hashOf } from '../routes.ts';
import { Empty } from '../ui/polled-view.tsx';

/** Every change that an operator made: who, what, why, from where, when. */
export function Audit() {
  return (
    <PagedPanel
      title="What operators did"
      load={async (query, signal) =>
        (await answerOf(api.GET('/admin/api/monitoring/audit', { signal, params: { query } }))).data
      }
    >
      {({ entries }) =>
        entries.length === 0 ? (
          <Empty>No operator has changed anything.</Empty>
        ) : (
          <ul class="rows">
            {entries.map((entry) => (
              <li key={entry.id} class="entry">
                <div class="entry-main">
                  <p class="wrap">
                    <strong>{words(entry.action)}</strong>
                    {entry.target !== null && <span class="mono"> {entry.target}</span>}
                  </p>
                  {entry.reason !== null && <p class="wrap">“{entry.reason}”</p>}
                  <p class="small soft wrap numbers">
                    {moment(entry.occurred_at)} · {entry.actor} · {entry.ip}
                  </p>
                </div>
                <a class="small" href={hashOf({ view: 'story', requestId: entry.request_id })}>
                  Request
                </a>
              </li>
            ))}
          </ul>
        )
      }
    </PagedPanel>
  );
}
