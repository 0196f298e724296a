import { open, stat } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import { type IAudioMetadata, parseFile } from 'music-metadata';
import { FileValidationError } from '../../platform/errors/index.js';
import { AUDIO_FORMATS, type AudioFormat } from '../ports/audio-inspector.port.js';

/** What the bytes of a file say about it, before anything is decoded. */
export interface RecognisedAudio {
  readonly format: AudioFormat;
  readonly mimeType: string;
  readonly codec: string;
  readonly channels: number;
  readonly sampleRateHz: number;
  /** Length that the header promises, in seconds, where it promises one. */
  readonly promisedSeconds: number | undefined;
}

/** Of file-type's extensions; MP4 and Ogg containers hold video too and are looked into. */
const FORMATS: Readonly<Record<string, AudioFormat>> = {
  mp3: 'mp3',
  wav: 'wav',
  m4a: 'm4a',
  m4b: 'm4a',
  mp4: 'm4a',
  aac: 'aac',
  flac: 'flac',
  ogg: 'ogg',
  oga: 'ogg',
  opus: 'ogg',
  spx: 'ogg',
  ogv: 'ogg',
  ogm: 'ogg',
  ogx: 'ogg',
};

const MIME_TYPES: Readonly<Record<AudioFormat, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
};

const RIFF_HEADER_BYTES = 8;
/** A RIFF file written to a pipe does not know its length and says this, or nothing. */
const UNKNOWN_RIFF_SIZE = 0xffffffff;
const TOLERATED_LOSS = 0.02;

/**
 * Recognises a track by its content.
 *
 * @throws FileValidationError `UNSUPPORTED_MEDIA_TYPE` for anything that is no audio format of the contract (a video with sound too),
 *   `AUDIO_TRACK_MISSING` for a video without sound, `AUDIO_CORRUPT` when the container cannot be read.
 */
export async function recogniseAudio(path: string): Promise<RecognisedAudio> {
  const type = await fileTypeFromFile(path);
  const extension = type?.ext ?? '';
  const format = FORMATS[extension];
  if (format === undefined && type?.mime.startsWith('video/') !== true) throw unsupported(extension);
  const metadata = await readContainer(path, format);
  const {
    hasVideo = false,
    hasAudio = false,
    codec = 'unknown',
    duration,
    numberOfChannels,
    sampleRate,
  } = metadata.format;
  if (hasVideo) throw hasAudio ? unsupported(extension) : new FileValidationError('AUDIO_TRACK_MISSING');
  if (format === undefined) throw unsupported(extension);
  if (!hasAudio) throw new FileValidationError('AUDIO_TRACK_MISSING');
  if (format === 'wav') await refuseCutOffWav(path);
  return {
    format,
    mimeType: MIME_TYPES[format],
    codec,
    channels: numberOfChannels ?? 2,
    sampleRateHz: sampleRate ?? 44_100,
    promisedSeconds: duration,
  };
}

async function readContainer(path: string, format: AudioFormat | undefined): Promise<IAudioMetadata> {
  try {
    return await parseFile(path, { duration: false, skipCovers: true });
  } catch (cause) {
    if (format === undefined) throw unsupported('', cause);
    throw new FileValidationError('AUDIO_CORRUPT', { cause });
  }
}

/** A cut-off WAV decodes without complaint to a shorter track; only its first eight bytes know how long it was. */
async function refuseCutOffWav(path: string): Promise<void> {
  const { size } = await stat(path);
  const file = await open(path);
  try {
    const header = Buffer.alloc(RIFF_HEADER_BYTES);
    await file.read(header, 0, RIFF_HEADER_BYTES, 0);
    const promised = header.readUInt32LE(4);
    if (promised === 0 || promised === UNKNOWN_RIFF_SIZE) return;
    const missing = promised + RIFF_HEADER_BYTES - size;
    if (missing > promised * TOLERATED_LOSS) {
      throw new FileValidationError('AUDIO_CORRUPT', {
        cause: new Error(`${missing} of ${promised} bytes are missing`),
      });
    }
  } finally {
    await file.close();
  }
}

function unsupported(extension: string, cause?: unknown): FileValidationError {
  return new FileValidationError('UNSUPPORTED_MEDIA_TYPE', {
    details: { supported_types: AUDIO_FORMATS },
    cause: cause ?? new Error(`Recognised as ${extension === '' ? 'nothing known' : extension}`),
  });
}
