import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Multipart, MultipartFile, MultipartValue } from '@fastify/multipart';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import {
  ApiError,
  FileError,
  FileSizeError,
  FileValidationError,
  isApiError,
  StorageError,
  translateError,
  ValidationError,
} from '../../platform/errors/index.js';
import { systemErrorCode } from '../../platform/process/index.js';

const AUDIO_FIELD = 'audio_file';
const TEXT_FIELDS = ['render_config', 'payment_id'] as const;
type TextField = (typeof TEXT_FIELDS)[number];

const MIN_AUDIO_BYTES = 1_024;
const MAX_TEXT_BYTES = 16_384;
const MEBIBYTE = 1_048_576;
/** Room for the form's other parts and its boundaries, beside the track. */
const FORM_OVERHEAD_BYTES = MEBIBYTE;

/** What a submission form contained. */
export interface UploadForm {
  readonly audioPath: string;
  readonly sizeBytes: number;
  /** As sent: text, or what a JSON part was parsed into. */
  readonly renderConfig: unknown;
  readonly paymentId: unknown;
}

/** Reads the multipart form of a submission, its parts in any order, writing the track to disk as it arrives. */
@Injectable()
export class UploadForms {
  private readonly maxBytes: number;

  constructor(@Inject(APP_CONFIG) config: AppConfig) {
    this.maxBytes = config.rendering.maxUploadBytes;
  }

  /**
   * @param directory - where the track is put; the caller removes it, whatever happens here
   * @throws FileError `NO_AUDIO_FILE`, FileSizeError `FILE_TOO_LARGE` (as soon as the limit is passed), FileValidationError,
   *   ValidationError for fields that are unknown, doubled or too long
   */
  async receive(request: FastifyRequest, directory: string): Promise<UploadForm> {
    if (!request.isMultipart()) throw new FileError('NO_AUDIO_FILE');
    if (Number(request.headers['content-length'] ?? 0) > this.maxBytes + FORM_OVERHEAD_BYTES) throw this.tooLarge();
    const texts = new Map<TextField, unknown>();
    const audioPath = join(directory, 'upload');
    let sizeBytes: number | null = null;
    try {
      const limits = { fileSize: this.maxBytes, fieldSize: MAX_TEXT_BYTES, fields: 10, files: 5, parts: 15 };
      for await (const part of request.parts({ limits })) {
        if (part.fieldname === AUDIO_FIELD && part.type === 'file') {
          if (sizeBytes !== null) {
            throw new FileValidationError('FILE_VALIDATION_ERROR', {
              message: 'Please send one audio file at a time.',
            });
          }
          sizeBytes = await this.write(part, audioPath);
        } else {
          await collectText(part, texts);
        }
      }
    } catch (error) {
      // Unread data would hold up the answer, and hide from us that the client is gone.
      request.raw.unpipe();
      request.raw.resume();
      throw formError(error);
    }
    if (sizeBytes === null) throw new FileError('NO_AUDIO_FILE');
    if (sizeBytes < MIN_AUDIO_BYTES) throw tooSmall(sizeBytes);
    return { audioPath, sizeBytes, renderConfig: texts.get('render_config'), paymentId: texts.get('payment_id') };
  }

  /** Stops at the limit instead of swallowing the rest of what may be gigabytes. */
  private async write({ file }: MultipartFile, path: string): Promise<number> {
    // A whole form may have been parsed before this part was handed over.
    if (file.truncated) throw this.tooLarge();
    const limit = new AbortController();
    file.once('limit', () => {
      limit.abort();
    });
    const target = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    try {
      await pipeline(file, target, { signal: limit.signal });
    } catch (error) {
      if (limit.signal.aborted) throw this.tooLarge();
      throw error;
    }
    if (file.truncated) throw this.tooLarge();
    return target.bytesWritten;
  }

  private tooLarge(): FileSizeError {
    return new FileSizeError('FILE_TOO_LARGE', { details: { max_size_mb: Math.floor(this.maxBytes / MEBIBYTE) } });
  }
}

function tooSmall(sizeBytes: number): FileValidationError {
  const details = { min_size_bytes: MIN_AUDIO_BYTES, size_bytes: sizeBytes };
  return new FileValidationError('FILE_TOO_SMALL', { details });
}

async function collectText(part: Multipart, texts: Map<TextField, unknown>): Promise<void> {
  const name = TEXT_FIELDS.find((field) => field === part.fieldname);
  if (name === undefined) {
    // A track under another name is the commonest mistake; it deserves the error that says so.
    if (part.type === 'file') throw new FileError('NO_AUDIO_FILE');
    throw new ValidationError({
      field: printable(part.fieldname),
      message: 'This field is not expected',
      constraint: 'whitelist',
    });
  }
  if (texts.has(name)) {
    throw new ValidationError({ field: name, message: `${name} must be given once`, constraint: 'unique' });
  }
  texts.set(name, part.type === 'file' ? await readText(part, name) : wholeValue(part, name));
}

function wholeValue(part: MultipartValue, name: TextField): unknown {
  if (part.valueTruncated) throw tooLong(name);
  return part.value;
}

/** Browsers send a `Blob` of JSON as a file part. */
async function readText({ file }: MultipartFile, name: TextField): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of file as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_TEXT_BYTES) throw tooLong(name);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLong(name: TextField): ValidationError {
  return new ValidationError({ field: name, message: `${name} is too long`, constraint: 'maxLength' });
}

function printable(name: string): string {
  return name.slice(0, 64).replaceAll(/[^\w.\-[\]]/g, '?');
}

/** Whatever the form parser complains about is the form's fault: cut short, or never well-formed. */
function formError(error: unknown): ApiError {
  if (isApiError(error)) return error;
  const systemCode = systemErrorCode(error);
  if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT') {
    return new StorageError('STORAGE_QUOTA_EXCEEDED', { cause: error });
  }
  const translated = translateError(error);
  if (systemCode !== undefined || translated.status < 500) return translated;
  return new ApiError('BAD_REQUEST', { message: 'The upload is incomplete or not a well-formed form.', cause: error });
}
