import { createHash, type Hash } from 'node:crypto';
import { crc32c } from '@node-rs/crc32';

/** Both checksums of an object, in base64 as the API gives them. */
export interface Checksums {
  readonly crc32c: string;
  readonly md5Hash: string;
}

/** CRC32C (Castagnoli, RFC 3720 appendix B.4, big-endian) and MD5 of bytes that pass by. */
export class RunningChecksums {
  private crc = 0;
  private readonly md5: Hash = createHash('md5');

  update(chunk: Buffer): void {
    this.crc = crc32c(chunk, this.crc);
    this.md5.update(chunk);
  }

  /** May be called once. */
  digest(): Checksums {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.crc);
    return { crc32c: bytes.toString('base64'), md5Hash: this.md5.digest('base64') };
  }
}
