import type { InstanceResponse, OverallHealth } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { ago, moment, span } from '../format/time.ts';
import { useClock } from '../live/use-clock.ts';
import { useFollowed } from '../live/use-followed.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { PolledView } from '../ui/polled-view.tsx';

/** Between two questions while no news come. */
const POLL_MS = 2_000;
const TONES = { healthy: 'good', degraded: 'warn', unhealthy: 'bad' } as const satisfies Record<OverallHealth, Tone>;
const SENTENCES = {
  healthy: 'Everything works.',
  degraded: 'Something does not work; what stands in for it does.',
  unhealthy: 'Customers are affected.',
} as const satisfies Record<OverallHealth, string>;

/** The overall health and the processes that report. */
export function Fleet() {
  const health = useFollowed(
    async (signal) => (await answerOf(api.GET('/admin/api/monitoring/health/services', { signal }))).data,
    { on: 'circuit_changed', aloneMs: POLL_MS },
  );
  return (
    <Panel title="Health">
      <PolledView polled={health} lines={4}>
        {({ summary, instances }) => (
          <>
            <div class={`overall overall-${TONES[summary.overall_health]}`}>
              <Badge tone={TONES[summary.overall_health]}>{summary.overall_health}</Badge>
              <p>
                {SENTENCES[summary.overall_health]}{' '}
                <span class="soft numbers">
                  {summary.healthy_services} of {summary.total_services} services
                </span>
              </p>
            </div>
            <ul class="rows" aria-label="Instances">
              {instances.map((instance) => (
                <Instance key={instance.instance} of={instance} />
              ))}
            </ul>
          </>
        )}
      </PolledView>
    </Panel>
  );
}

function Instance({ of }: { readonly of: InstanceResponse }) {
  const now = useClock();
  return (
    <li class="row">
      <span class="row-main mono">{of.instance}</span>
      <span class="small soft">
        {of.role}, {of.version}
      </span>
      <span class="small soft numbers" title={moment(of.started_at)}>
        up {span(now - Date.parse(of.started_at))}, seen {ago(of.last_seen_at, now)}
      </span>
    </li>
  );
}
