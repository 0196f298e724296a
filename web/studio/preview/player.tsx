import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../shared/ui/button.tsx';
import { draft } from '../draft/draft-store.ts';
import type { DecodedTrack } from './decode-track.ts';
import { LookCanvas } from './look-canvas.tsx';

/** Where in a track its character shows: not at its quiet start. */
const START_AT_SHARE = 0.3;

interface PlayerProps {
  readonly file: File;
  readonly track: DecodedTrack;
}

/** Plays a track with the look moving to it. */
export function Player({ file, track }: PlayerProps) {
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [atSeconds, setAt] = useState(track.durationSeconds * START_AT_SHARE);
  const url = useObjectUrl(file);
  const trackOf = useCallback(() => track, [track]);
  const { visualization, fps } = draft.value.look;

  useEffect(() => {
    if (!isPlaying) return;
    let request = requestAnimationFrame(function draw() {
      if (audio.current !== null) setAt(audio.current.currentTime);
      request = requestAnimationFrame(draw);
    });
    return () => cancelAnimationFrame(request);
  }, [isPlaying]);

  const toggle = (): void => {
    if (audio.current === null) return;
    if (isPlaying) {
      audio.current.pause();
      return;
    }
    if (!audio.current.ended) audio.current.currentTime = atSeconds;
    // The element says by its events whether it plays; a browser that refuses leaves it paused.
    audio.current.play().catch(() => setPlaying(false));
  };
  const seek = (seconds: number): void => {
    if (audio.current !== null) audio.current.currentTime = seconds;
    setAt(seconds);
  };

  return (
    <div class="preview">
      <LookCanvas trackOf={trackOf} atSeconds={atSeconds} label={`Preview of the look “${visualization}”`} />
      {url !== null && (
        <audio
          ref={audio}
          src={url}
          onPlay={() => setPlaying(true)}
          onPause={() => setPlaying(false)}
          onEnded={() => setPlaying(false)}
        />
      )}
      <div class="player">
        <Button kind="quiet" onClick={toggle}>
          {isPlaying ? 'Pause' : 'Play'}
        </Button>
        <input
          type="range"
          class="slider"
          aria-label="Position in the track"
          aria-valuetext={minutes(atSeconds)}
          min={0}
          max={track.durationSeconds}
          step={1 / fps}
          value={atSeconds}
          onInput={(event) => seek(event.currentTarget.valueAsNumber)}
        />
        <span class="small soft numbers" aria-hidden="true">
          {minutes(atSeconds)} / {minutes(track.durationSeconds)}
        </span>
      </div>
    </div>
  );
}

function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

function useObjectUrl(file: File): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}
