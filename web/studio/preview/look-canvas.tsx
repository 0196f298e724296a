import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import { draft } from '../draft/draft-store.ts';
import type { DecodedTrack } from './decode-track.ts';
import { PreviewStage } from './preview-stage.ts';
import { loadTitleFonts } from './title-fonts.ts';

/** A change of colour or title is drawn when the person pauses for so long. */
const SETTLE_MS = 120;
/** A page that is never idle gets its picture all the same. */
const LONGEST_WAIT_MS = 1_000;

interface LookCanvasProps {
  /** Asked when there is time to draw; the same function gives the same track. */
  readonly trackOf: () => DecodedTrack;
  readonly atSeconds: number;
  readonly label: string;
}

/** The look that is being chosen, at a moment of a track. */
export function LookCanvas({ trackOf, atSeconds, label }: LookCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [stage, setStage] = useState<PreviewStage | null>(null);
  const [isWithoutFont, setWithoutFont] = useState(false);
  const [round, setRound] = useState(0);
  const { look } = draft.value;
  useEffect(() => {
    let isCurrent = true;
    const prepare = async (): Promise<void> => {
      try {
        if (stage === null) await untilIdle();
        const fonts = await loadTitleFonts(look.title ?? '');
        if (!isCurrent || canvas.current === null) return;
        setStage(new PreviewStage(canvas.current, look, trackOf(), fonts));
        setWithoutFont(false);
      } catch (error) {
        if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
        if (isCurrent) setWithoutFont(true);
      }
    };
    const timer = setTimeout(() => void prepare(), stage === null ? 0 : SETTLE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [look, trackOf, round]);
  useLayoutEffect(() => stage?.show(atSeconds), [stage, atSeconds]);
  return (
    <>
      <canvas ref={canvas} class="preview-canvas" role="img" aria-label={label} />
      {isWithoutFont && (
        <FailureNotice failure={{ kind: 'unreachable' }} onRetry={() => setRound((value) => value + 1)} />
      )}
    </>
  );
}

/** The first picture takes a while to draw, and nobody should have to wait for it before a form takes a click. */
function untilIdle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: LONGEST_WAIT_MS });
    else setTimeout(resolve);
  });
}
