import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type Stack, summed } from './stacked.ts';

const HEIGHT = 220;
const LAYER_COLORS = ['--layer-1', '--layer-2', '--layer-3', '--layer-4', '--layer-5', '--layer-6'];

/** Errors over time, one colour a type. The same numbers stand in the table beside it, which is what screen readers get. */
export function StackedChart({ stack }: { readonly stack: Stack }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let plot = draw(element, stack);
    const again = (): void => {
      plot.destroy();
      plot = draw(element, stack);
    };
    const scheme = matchMedia('(prefers-color-scheme: light)');
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    scheme.addEventListener('change', again);
    resize.observe(element);
    return () => {
      resize.disconnect();
      scheme.removeEventListener('change', again);
      plot.destroy();
    };
  }, [stack]);
  return <div ref={place} class="chart" aria-hidden="true" />;
}

function draw(element: HTMLElement, { times, layers }: Stack): uPlot {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const sums = summed(layers);
  const bars = uPlot.paths.bars?.({ size: [0.9, 24], align: 1 });
  const axis = { stroke: color('--text-soft'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  // The highest sums are drawn first, so that those below them stay in sight.
  const order = layers.map((_, index) => index).toReversed();
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        // The last bucket reaches beyond the moment at which it begins.
        x: { range: (_plot, from, to) => [from, to + stepOf(times)] },
        y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.05)] },
      },
      axes: [axis, { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5, 1e6] }],
      series: [
        {},
        ...order.map((index) => ({
          label: layers[index]?.label ?? '',
          fill: color(LAYER_COLORS[index] ?? '--layer-6'),
          width: 0,
          points: { show: false },
          ...(bars === undefined ? {} : { paths: bars }),
        })),
      ],
    },
    [Array.from(times), ...order.map((index) => Array.from(sums[index] ?? []))],
    element,
  );
}

/** Length of a bucket in seconds. */
function stepOf([first = 0, second = first]: readonly number[]): number {
  return second - first;
}
