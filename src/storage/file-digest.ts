import { open } from 'node:fs/promises';
import { Transform, type TransformCallback } from 'node:stream';
import { crc32c } from '@node-rs/crc32';

/** Read and write sizes: large enough that the number of calls does not matter. */
export const CHUNK_BYTES = 256 * 1_024;

/** Size and checksum of a file's content. */
export interface FileDigest {
  readonly sizeBytes: number;
  /** CRC32C in big-endian base64, the form in which GCS gives it. */
  readonly crc32c: string;
}

export function sameDigest(a: FileDigest, b: FileDigest): boolean {
  return a.sizeBytes === b.sizeBytes && a.crc32c === b.crc32c;
}

/** CRC32C (RFC 3720 appendix B.4) of a sequence of chunks. */
export class RunningDigest {
  private state = 0;
  private bytes = 0;

  update(chunk: Uint8Array): void {
    this.state = crc32c(chunk, this.state);
    this.bytes += chunk.byteLength;
  }

  get value(): FileDigest {
    const big = Buffer.alloc(4);
    big.writeUInt32BE(this.state);
    return { sizeBytes: this.bytes, crc32c: big.toString('base64') };
  }
}

/** Passes bytes on and takes their digest as they go by. */
export class DigestStream extends Transform {
  private readonly digest = new RunningDigest();

  /** @param onBytes told of each chunk that went by */
  constructor(private readonly onBytes: () => void = () => undefined) {
    super({ highWaterMark: CHUNK_BYTES });
  }

  get value(): FileDigest {
    return this.digest.value;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.digest.update(chunk);
    this.onBytes();
    done(null, chunk);
  }
}

/** Reads a file once, always into the same buffer: garbage of the size of the file would outlive several uploads at once. */
export async function digestFile(path: string, signal?: AbortSignal): Promise<FileDigest> {
  const digest = new RunningDigest();
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const file = await open(path);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return digest.value;
      digest.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
