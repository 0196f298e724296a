import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RenderDownload } from '../../generated/api.ts';
import type { Failure } from '../../shared/api/failure.ts';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import { ResourceView } from '../../shared/ui/resource.tsx';
import { useFreshLink } from './use-fresh-link.ts';

const MEBIBYTE = 1_048_576;
/** A link that fails is renewed without a word, but not again and again. */
const NEXT_RENEWAL_MS = 60_000;
/** Media elements do not say what it was that the storage answered. */
const UNPLAYABLE: Failure = { kind: 'foreign', status: 0 };

/** How far the person has watched; outlives the player, which a new link loads anew. */
interface Watching {
  seconds: number;
  isPlaying: boolean;
}

/** The finished video: to watch and to keep. */
export function Video({ jobId }: { readonly jobId: string }) {
  const link = useFreshLink(jobId);
  const watching = useRef<Watching>({ seconds: 0, isPlaying: false });
  return (
    <ResourceView resource={link}>
      {(download) => (
        <div class="video">
          <Screen download={download} watching={watching} onRenew={link.reload} />
          <a class="button button-primary" href={download.download_url} download={download.filename}>
            Download {download.filename} <span class="numbers">({(download.size_bytes / MEBIBYTE).toFixed(1)} MB)</span>
          </a>
        </div>
      )}
    </ResourceView>
  );
}

interface ScreenProps {
  readonly download: RenderDownload;
  readonly watching: RefObject<Watching>;
  readonly onRenew: () => void;
}

/** Plays the video, and goes on with a new link where the one it has fails. */
function Screen({ download, watching, onRenew }: ScreenProps) {
  const video = useRef<HTMLVideoElement>(null);
  const renewedAtMs = useRef(Number.NEGATIVE_INFINITY);
  const [isBroken, setBroken] = useState(false);
  const renew = (): void => {
    renewedAtMs.current = performance.now();
    setBroken(false);
    onRenew();
  };
  // A link that was renewed within a second is the same again, which the element would not notice.
  useEffect(() => {
    if (video.current !== null && video.current.error !== null) video.current.load();
  }, [download]);
  const keep = (): void => keepTrack(watching.current, video.current);
  return (
    <>
      <video
        ref={video}
        controls
        preload="metadata"
        src={download.download_url}
        {...(download.thumbnail_url === null ? {} : { poster: download.thumbnail_url })}
        aria-label={download.filename}
        onTimeUpdate={keep}
        onPlaying={keep}
        onPause={keep}
        onLoadedMetadata={() => goOn(watching.current, video.current)}
        onError={() => (performance.now() - renewedAtMs.current < NEXT_RENEWAL_MS ? setBroken(true) : renew())}
      />
      {isBroken && <FailureNotice failure={UNPLAYABLE} onRetry={renew} />}
    </>
  );
}

function keepTrack(watching: Watching | null, video: HTMLVideoElement | null): void {
  // An element that is loading, or has failed, is at its start and says nothing about the person.
  if (
    watching === null ||
    video === null ||
    video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA ||
    video.error !== null
  )
    return;
  watching.seconds = video.currentTime;
  watching.isPlaying = !video.paused;
}

function goOn(watching: Watching | null, video: HTMLVideoElement | null): void {
  if (watching === null || video === null || watching.seconds === 0) return;
  video.currentTime = watching.seconds;
  // A browser that does not let it play leaves it where it was.
  if (watching.isPlaying) video.play().catch(() => undefined);
}
