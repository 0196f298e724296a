/** Injection token of the {@link AudioInspector}. */
export const AUDIO_INSPECTOR = Symbol('AudioInspector');

/** The audio formats a customer may upload, recognised by content. */
export const AUDIO_FORMATS = ['mp3', 'wav', 'm4a', 'aac', 'flac', 'ogg'] as const;

export type AudioFormat = (typeof AUDIO_FORMATS)[number];

/** What is known about a track after it was recognised and decoded once from start to end. */
export interface InspectedAudio {
  readonly format: AudioFormat;
  readonly mimeType: string;
  /** Codec inside the container as its header names it, e.g. `MPEG 1 Layer 3`, `PCM`, `AAC`, `Opus`. */
  readonly codec: string;
  /** Measured by decoding, not taken from a header. */
  readonly durationSeconds: number;
  readonly channels: number;
  readonly sampleRateHz: number;
}

/** Recognises and measures an uploaded track. */
export interface AudioInspector {
  /**
   * Reads the whole file once.
   *
   * @param path - absolute path of the uploaded file; its name and extension are not looked at.
   * @param options.signal - aborts the decode; the promise then rejects with the signal's reason.
   * @throws FileValidationError `UNSUPPORTED_MEDIA_TYPE` (415, with `supported_types`) for what is no audio format of the contract,
   *   `AUDIO_TRACK_MISSING` for a media file without sound, `AUDIO_CORRUPT` for one that cannot be decoded to its end,
   *   `AUDIO_TOO_SHORT` below 1 s, `AUDIO_TOO_LONG` above 600 s.
   * @throws RenderingError, RenderingResourceError when the decoder itself fails for reasons that are not the file's,
   *   RenderingTimeoutError when it stops making progress.
   */
  inspect(path: string, options: { readonly signal: AbortSignal }): Promise<InspectedAudio>;
}
