import { useEffect, useRef, useState } from 'preact/hooks';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { ResourceView, useResource } from '../../shared/ui/resource.tsx';
import { Sparkline } from './sparkline.tsx';
import { bucketed } from './stacked.ts';

const BUCKETS = 24;
const DAY_MS = 86_400_000;

/** The course of a group over a day; asked for when it comes into sight. */
export function Trend({ groupId, count }: { readonly groupId: string; readonly count: number }) {
  const place = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <span ref={place} class="trend">
      {seen && <Loaded groupId={groupId} count={count} />}
    </span>
  );
}

function Loaded({ groupId, count }: { readonly groupId: string; readonly count: number }) {
  const series = useResource(async (signal) => {
    const options = { signal, params: { path: { id: groupId }, query: { window: '24h' } } };
    const { data } = await answerOf(api.GET('/admin/api/monitoring/errors/groups/{id}', options));
    const toMs = Date.now();
    return bucketed(data.series.points, { fromMs: toMs - DAY_MS, toMs }, BUCKETS);
  }, String(count));
  if (series.state === 'failed') return <span class="small soft">unknown</span>;
  return (
    <ResourceView resource={series} lines={1}>
      {(counts) => (
        <Sparkline counts={counts} label={`${counts.reduce((sum, one) => sum + one, 0)} in the last 24 hours`} />
      )}
    </ResourceView>
  );
}
