import { useState } from 'preact/hooks';
import type { ErrorSeries as Series } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { compact } from '../format/amount.ts';
import { usePolled } from '../live/use-polled.ts';
import { Empty, PolledView } from '../ui/polled-view.tsx';
import { StackedChart } from './stacked-chart.tsx';
import { stackOf } from './stacked.ts';

const POLL_MS = 10_000;
const TYPES_SHOWN = 5;
const BUCKETS = 60;
const WINDOWS = [
  { value: '1h', label: '1 h' },
  { value: '24h', label: '24 h' },
  { value: '7d', label: '7 d' },
  { value: '30d', label: '30 d' },
] as const;

type WindowName = (typeof WINDOWS)[number]['value'];

/** How many errors of which type there were. */
export function ErrorSeries() {
  const [window, setWindow] = useState<WindowName>('24h');
  const statistics = usePolled((signal) => load(window, signal), POLL_MS, window);
  return (
    <Panel
      title="Errors over time"
      aside={
        <div class="segments" role="group" aria-label="Window">
          {WINDOWS.map(({ value, label }) => (
            <button
              key={value}
              type="button"
              class="segment"
              aria-pressed={value === window}
              onClick={() => setWindow(value)}
            >
              {label}
            </button>
          ))}
        </div>
      }
    >
      <PolledView polled={statistics} lines={6}>
        {({ stack, total, change, requests, capture }) => (
          <>
            <p class="numbers">
              <strong>{compact(total)}</strong> errors{changeInWords(change)} ·{' '}
              <span class="soft">
                {compact(requests.total)} requests, {compact(requests.server_errors)} failed by our fault
              </span>
            </p>
            {capture.dropped_errors + capture.dropped_events > 0 && (
              <p class="notice notice-warn" role="status">
                {compact(capture.dropped_errors)} errors and {compact(capture.dropped_events)} samples had to be
                dropped.
              </p>
            )}
            {total === 0 ? (
              <Empty>No errors in this window.</Empty>
            ) : (
              <div class="chart-row">
                <StackedChart stack={stack} />
                <ul class="legend" aria-label="Errors by type">
                  {stack.layers.map(({ label, counts }, index) => (
                    <li key={label} class="legend-line">
                      <span class={`legend-color layer-${index + 1}`} />
                      <span class="legend-label mono">{label}</span>
                      <span class="numbers">{compact(counts.reduce((sum, count) => sum + count, 0))}</span>
                    </li>
                  ))}
                </ul>
              </div>
            )}
          </>
        )}
      </PolledView>
    </Panel>
  );
}

async function load(window: WindowName, signal: AbortSignal) {
  const all = await statisticsOf({ window }, signal);
  const codes = Object.entries(all.error_types as Readonly<Record<string, number>>)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, TYPES_SHOWN)
    .map(([code]) => code);
  const types = await Promise.all(
    codes.map(async (code): Promise<{ readonly code: string; readonly points: Series['points'] }> => {
      const { series } = await statisticsOf({ window, code }, signal);
      return { code, points: series.points };
    }),
  );
  const span = { fromMs: Date.parse(all.from), toMs: Date.parse(all.to) };
  return {
    stack: stackOf(span, all.series.points, types, BUCKETS),
    total: all.total_errors,
    change: all.trend.change,
    requests: all.requests,
    capture: all.capture,
  };
}

async function statisticsOf(query: { readonly window: WindowName; readonly code?: string }, signal: AbortSignal) {
  return (await answerOf(api.GET('/admin/api/monitoring/errors/stats', { signal, params: { query } }))).data;
}

function changeInWords(change: number | null): string {
  if (change === null) return '';
  const percent = Math.round(change * 100);
  return `, ${percent >= 0 ? '+' : '−'}${Math.abs(percent)} % against the window before`;
}
