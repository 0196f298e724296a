import { EventEmitter } from 'node:events';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Bucket, Storage } from '@google-cloud/storage';
import type { GcsConfig } from '../../config/index.js';
import { isApiError, StorageError } from '../../platform/errors/index.js';
import type { Clock } from '../../platform/time/index.js';
import { attachment } from '../content-disposition.js';
import { CHUNK_BYTES, DigestStream, type FileDigest, sameDigest } from '../file-digest.js';
import type {
  RemoteObject,
  RemoteObjectStore,
  SignedUrlRequest,
  Transfer,
  UploadRequest,
} from '../ports/remote-object-store.port.js';
import { gcsStatus, translateGcsError } from './gcs-errors.js';
import { cancellable } from './request-cancellation.js';

/** Video and audio never change under their name; a day is as long as a link lives. */
const CACHE_CONTROL = 'private, max-age=86400';

// The SDK stacks some twelve listeners on one stream of a download, which Node.js would report as a leak each time.
EventEmitter.defaultMaxListeners = Math.max(EventEmitter.defaultMaxListeners, 20);

type JWTInput = NonNullable<Storage['authClient']['jsonContent']>;

interface ObjectMetadata {
  readonly generation?: unknown;
  readonly size?: unknown;
  readonly crc32c?: unknown;
}

/**
 * Google Cloud Storage through its SDK, one attempt a call. Objects are created with `ifGenerationMatch: 0` and
 * deleted with their generation, which is what makes repeating either safe
 * (https://cloud.google.com/storage/docs/retry-strategy). Uploads go in one request whatever their size: the file
 * is at hand to start again, and a resumable session would cost a round trip each time to save that rare repeat.
 */
export class GcsDriver implements RemoteObjectStore {
  readonly signsLocally: boolean;
  private readonly bucket: Bucket;

  constructor(
    config: GcsConfig,
    private readonly clock: Clock,
  ) {
    const storage = new Storage({
      projectId: config.projectId,
      // One layer of retries, and it is the policy.
      retryOptions: { autoRetry: false, maxRetries: 0 },
      ...(config.apiEndpoint === null ? {} : { apiEndpoint: config.apiEndpoint }),
    });
    // Handing them to the constructor prints a deprecation to the console, and what it recommends cannot sign URLs.
    const account = serviceAccount(config);
    storage.authClient.jsonContent = account;
    this.signsLocally = account !== null && 'private_key' in account;
    this.bucket = storage.bucket(config.bucket);
  }

  async upload(request: UploadRequest, transfer: Transfer): Promise<RemoteObject> {
    try {
      const created = await this.create(request, transfer);
      return await this.verified(request, created, transfer.signal);
    } catch (error) {
      if (transfer.signal.aborted || isApiError(error)) throw error;
      const status = gcsStatus(error);
      if (status === 412) return await this.adopt(request, transfer.signal);
      // No bucket is no missing object.
      if (status === 404) {
        throw new StorageError('STORAGE_REQUEST_REJECTED', { cause: error, details: { operation: 'upload' } });
      }
      throw translateGcsError(error, 'upload', this.clock.now());
    }
  }

  async describe(name: string, signal: AbortSignal): Promise<RemoteObject | null> {
    try {
      const [metadata] = await cancellable(signal, () => this.bucket.file(name).getMetadata());
      return remoteObject(metadata);
    } catch (error) {
      if (!isApiError(error) && gcsStatus(error) === 404) return null;
      throw this.translated(error, 'describe', signal);
    }
  }

  async download(name: string, path: string, transfer: Transfer): Promise<FileDigest> {
    const digest = new DigestStream(transfer.onBytes);
    try {
      await cancellable(transfer.signal, async () => {
        const source = this.bucket.file(name).createReadStream({ validation: false, decompress: false });
        await pipeline(source, digest, createWriteStream(path), { signal: transfer.signal });
      });
      return digest.value;
    } catch (error) {
      throw this.translated(error, 'download', transfer.signal);
    }
  }

  async remove(name: string, generation: string, signal: AbortSignal): Promise<void> {
    try {
      await cancellable(signal, () => this.bucket.file(name).delete({ ifGenerationMatch: generation }));
    } catch (error) {
      const status = isApiError(error) ? undefined : gcsStatus(error);
      if (status === 404 || status === 412) return;
      throw this.translated(error, 'remove', signal);
    }
  }

  async signedUrl(request: SignedUrlRequest, signal: AbortSignal): Promise<string> {
    try {
      const [url] = await cancellable(signal, () =>
        this.bucket.file(request.name).getSignedUrl({
          version: 'v4',
          action: 'read',
          // The SDK signs from its own clock and refuses fractions of a second.
          expires: request.expiresAt,
          responseDisposition: attachment(request.filename),
          responseType: request.contentType,
        }),
      );
      return url;
    } catch (error) {
      throw this.translated(error, 'sign_url', signal);
    }
  }

  private async create(request: UploadRequest, transfer: Transfer): Promise<RemoteObject> {
    const file = this.bucket.file(request.name);
    const digest = new DigestStream(transfer.onBytes);
    const metadata = await this.send(request, digest, transfer.signal);
    const created = remoteObject(metadata);
    if (sameDigest(digest.value, request.digest)) return created;
    await cancellable(transfer.signal, () => file.delete({ ifGenerationMatch: created.generation }));
    throw new StorageError('STORAGE_CHECKSUM_MISMATCH', { details: { operation: 'upload' } });
  }

  /**
   * Sends the file, through `digest`. The SDK's own stream for this (`File.createWriteStream`) loses an answer that comes while
   * the last bytes go out, as a refusal may, and then never ends; so the request it makes is made here.
   */
  private async send(request: UploadRequest, digest: DigestStream, signal: AbortSignal): Promise<ObjectMetadata> {
    const source = createReadStream(request.path, { highWaterMark: CHUNK_BYTES });
    const ended = new AbortController();
    const description = {
      contentType: request.contentType,
      cacheControl: CACHE_CONTROL,
      // GCS checks the sum before the object comes to be.
      crc32c: request.digest.crc32c,
    };
    source.once('error', (cause) => {
      ended.abort(new StorageError('STORAGE_ERROR', { cause, details: { operation: 'upload' } }));
    });
    const multipart = [
      { 'Content-Type': 'application/json', body: JSON.stringify(description) },
      { 'Content-Type': request.contentType, body: source.pipe(digest) },
    ];
    try {
      const [metadata] = await cancellable(AbortSignal.any([signal, ended.signal]), () =>
        this.bucket.file(request.name).request({
          method: 'POST',
          uri: `${this.bucket.storage.apiEndpoint}/upload/storage/v1/b/${this.bucket.name}/o`,
          qs: { uploadType: 'multipart', name: request.name, ifGenerationMatch: 0 },
          multipart,
          timeout: 0,
          maxRetries: 0,
        }),
      );
      return metadata as ObjectMetadata;
    } catch (error) {
      // Refused half-way: the connection waits for the rest, and would be of no use to anybody.
      if (!digest.readableEnded) ended.abort(error);
      throw error;
    } finally {
      source.destroy();
    }
  }

  /** Something of our name is there: an upload of ours whose answer was lost, as names are never used twice. */
  private async adopt(request: UploadRequest, signal: AbortSignal): Promise<RemoteObject> {
    const present = await this.describe(request.name, signal);
    if (present === null) throw new StorageError('STORAGE_ERROR', { details: { operation: 'upload' } });
    return this.verified(request, present, signal);
  }

  private async verified(request: UploadRequest, object: RemoteObject, signal: AbortSignal): Promise<RemoteObject> {
    if (sameDigest(object, request.digest)) return object;
    await this.remove(request.name, object.generation, signal);
    throw new StorageError('STORAGE_CHECKSUM_MISMATCH', { details: { operation: 'upload' } });
  }

  private translated(error: unknown, operation: string, signal: AbortSignal): unknown {
    return signal.aborted ? signal.reason : translateGcsError(error, operation, this.clock.now());
  }
}

/** The key to act and sign with; null leaves it to the environment (workload identity). */
function serviceAccount({ credentials, keyFilename }: GcsConfig): JWTInput | null {
  if (credentials !== null) return { client_email: credentials.clientEmail, private_key: credentials.privateKey };
  if (keyFilename === null) return null;
  return JSON.parse(readFileSync(keyFilename, 'utf8')) as JWTInput;
}

/** @throws StorageError when the answer is not the description of an object */
function remoteObject(metadata: ObjectMetadata): RemoteObject {
  const { generation, size, crc32c } = metadata;
  const known = typeof generation === 'string' || typeof generation === 'number';
  if (!known || typeof crc32c !== 'string' || (typeof size !== 'string' && typeof size !== 'number')) {
    throw new StorageError('STORAGE_ERROR', { details: { operation: 'describe' } });
  }
  return { generation: String(generation), sizeBytes: Number(size), crc32c };
}
