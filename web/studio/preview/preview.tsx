import { useEffect, useState } from 'preact/hooks';
import { Skeleton } from '../../shared/ui/panel.tsx';
import { draft } from '../draft/draft-store.ts';
import { type DecodedTrack, decodeTrack } from './decode-track.ts';
import { exampleTrack } from './example-track.ts';
import { LookCanvas } from './look-canvas.tsx';
import { Player } from './player.tsx';

const EXAMPLE_AT_SECONDS = 1.6;

/** The look on the person's own track, or on an example until there is one: what is seen here is what is rendered. */
export function Preview() {
  const { file } = draft.value;
  return file === null ? <Example /> : <OwnTrack file={file} />;
}

function Example() {
  return (
    <figure class="preview">
      <LookCanvas trackOf={exampleTrack} atSeconds={EXAMPLE_AT_SECONDS} label="The look, on an example" />
      <figcaption class="small soft">An example. Drop your track, and it moves to your music.</figcaption>
    </figure>
  );
}

type Decoding =
  | { readonly state: 'decoding' }
  | { readonly state: 'undecodable' }
  | { readonly state: 'decoded'; readonly track: DecodedTrack };

function OwnTrack({ file }: { readonly file: File }) {
  const [decoding, setDecoding] = useState<Decoding>({ state: 'decoding' });
  useEffect(() => {
    let isCurrent = true;
    setDecoding({ state: 'decoding' });
    void decodeTrack(file).then((track) => {
      if (isCurrent) setDecoding(track === null ? { state: 'undecodable' } : { state: 'decoded', track });
    });
    return () => {
      isCurrent = false;
    };
  }, [file]);
  switch (decoding.state) {
    case 'decoding':
      return <Skeleton lines={6} label="Reading the track" />;
    case 'undecodable':
      return (
        <p class="notice notice-warn" role="status">
          This browser cannot play the file, so there is no preview. The video may still work: we check the track when
          you send it.
        </p>
      );
    case 'decoded':
      return <Player file={file} track={decoding.track} />;
  }
}
