import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { bytes, compact } from '../format/amount.ts';
import { moment } from '../format/time.ts';
import { Badge } from '../ui/badge.tsx';
import { Facts } from '../ui/facts.tsx';
import { Empty } from '../ui/polled-view.tsx';
import { PagedPanel } from './paged-panel.tsx';

/** Objects that are kept here because Cloud Storage did not take them, and wait for it. */
export function Replication() {
  return (
    <PagedPanel
      title="Replication"
      load={async (query, signal) =>
        (await answerOf(api.GET('/admin/api/monitoring/storage/replication', { signal, params: { query } }))).data
      }
    >
      {({ waiting, waiting_bytes: size, oldest_since: since, last_error_code: code, objects }) =>
        waiting === 0 ? (
          <Empty>Everything is in Cloud Storage.</Empty>
        ) : (
          <>
            <Facts
              facts={[
                ['Waiting', compact(waiting)],
                ['Size', bytes(size)],
                ['The oldest since', since === null ? null : moment(since)],
                ['The last error', code],
              ]}
            />
            <ul class="rows">
              {objects.map((object) => (
                <li key={object.id} class="entry">
                  <Badge tone="warn">{object.kind}</Badge>
                  <div class="entry-main">
                    <p class="mono">{object.id}</p>
                    <p class="small soft numbers">
                      {bytes(object.size_bytes)} · {object.attempts} attempts
                      {object.waiting_since !== null && ` · since ${moment(object.waiting_since)}`}
                    </p>
                    {object.last_error_code !== null && <p class="small mono">{object.last_error_code}</p>}
                  </div>
                </li>
              ))}
            </ul>
          </>
        )
      }
    </PagedPanel>
  );
}
