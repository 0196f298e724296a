import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { bytes, compact } from '../format/amount.ts';
import { ago } from '../format/time.ts';
import { useClock } from '../live/use-clock.ts';
import { usePolled } from '../live/use-polled.ts';
import { hashOf, type Route } from '../routes.ts';
import { PolledView } from '../ui/polled-view.tsx';

const POLL_MS = 3_000;
/** Only the totals of the lists are wanted. */
const NONE = { page: 1, per_page: 1 } as const;

/** What waits: renders, mails, and copies of objects. */
export function Backlog() {
  const now = useClock();
  const backlog = usePolled(async (signal) => {
    const [queued, processing, pending, dead, replication] = await Promise.all([
      jobsThatAre('queued', signal),
      jobsThatAre('processing', signal),
      mailsThatAre('pending', signal),
      mailsThatAre('dead', signal),
      answerOf(api.GET('/admin/api/monitoring/storage/replication', { signal, params: { query: NONE } })),
    ]);
    return { queued, processing, pending, dead, replication: replication.data };
  }, POLL_MS);
  return (
    <Panel title="Backlog">
      <PolledView polled={backlog} lines={4}>
        {({ queued, processing, pending, dead, replication }) => (
          <ul class="tiles">
            <Tile label="Renders queued" value={compact(queued)} to="jobs" note={`${processing} in the works`} />
            <Tile
              label="Mails in the outbox"
              value={compact(pending)}
              to="emails"
              note={dead === 0 ? 'none given up' : `${compact(dead)} given up`}
            />
            <Tile
              label="Objects to copy"
              value={compact(replication.waiting)}
              to="replication"
              note={
                replication.oldest_since === null
                  ? 'all are stored'
                  : `${bytes(replication.waiting_bytes)}, since ${ago(replication.oldest_since, now)}`
              }
            />
          </ul>
        )}
      </PolledView>
    </Panel>
  );
}

async function jobsThatAre(status: 'queued' | 'processing', signal: AbortSignal): Promise<number> {
  const options = { signal, params: { query: { ...NONE, status } } };
  return (await answerOf(api.GET('/admin/api/monitoring/jobs', options))).data.pagination.total;
}

async function mailsThatAre(status: 'pending' | 'dead', signal: AbortSignal): Promise<number> {
  const options = { signal, params: { query: { ...NONE, status } } };
  return (await answerOf(api.GET('/admin/api/monitoring/emails', options))).data.pagination.total;
}

interface TileProps {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly to: Extract<Route['view'], 'jobs' | 'emails' | 'replication'>;
}

function Tile({ label, value, note, to }: TileProps) {
  return (
    <li>
      <a class="tile" href={hashOf({ view: to })}>
        <span class="small soft">{label}</span>
        <span class="tile-value numbers">{value}</span>
        <span class="small soft numbers">{note}</span>
      </a>
    </li>
  );
}
