import { useRef, useState } from 'preact/hooks';
import { Button } from '../../shared/ui/button.tsx';
import { changeDraft, draft } from './draft-store.ts';

const ACCEPTED = '.mp3,.wav,.m4a,.aac,.flac,.ogg,audio/*';
const MEBIBYTE = 1_048_576;

/** Takes a track, dropped or chosen. It stays in the browser until the video is made. */
export function TrackField() {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const { file } = draft.value;
  const take = (chosen: File | undefined): void => {
    if (chosen !== undefined) changeDraft({ file: chosen });
  };
  return (
    <div
      class={`drop${file === null ? '' : ' drop-full'}${over ? ' drop-over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files[0]);
      }}
    >
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        accept={ACCEPTED}
        aria-label="Audio file"
        tabIndex={-1}
        onChange={(event) => take(event.currentTarget.files?.[0])}
      />
      {file === null ? (
        <p>
          <strong>Drop your track here</strong>
          <br />
          <span class="small soft">MP3, WAV, M4A, AAC, FLAC or OGG, up to 50 MB and 10 minutes</span>
        </p>
      ) : (
        <p class="drop-file">
          <strong>{file.name}</strong>
          <br />
          <span class="small soft numbers">{(file.size / MEBIBYTE).toFixed(1)} MB</span>
        </p>
      )}
      <Button kind={file === null ? 'primary' : 'quiet'} onClick={() => input.current?.click()}>
        {file === null ? 'Choose a file' : 'Choose another'}
      </Button>
    </div>
  );
}
