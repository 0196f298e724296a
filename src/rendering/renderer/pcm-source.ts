import type { Readable } from 'node:stream';
import { PcmWindow } from './pcm-window.js';

const BYTES_PER_FRAME = 8;

/** Pulls decoded samples out of a stream just as far as the next window needs them, so that the decoder waits for the renderer. */
export class PcmSource {
  readonly window: PcmWindow;
  private readonly chunks: AsyncIterator<Buffer>;
  private remainder: Buffer = Buffer.alloc(0);
  private exhausted = false;

  /** @param stream - interleaved stereo, 32-bit float, little-endian. @param windowSize - samples per channel. */
  constructor(stream: Readable, windowSize: number) {
    this.window = new PcmWindow(windowSize);
    this.chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** Whether the stream has ended: because everything was decoded, or because the decoder died. */
  get ended(): boolean {
    return this.exhausted;
  }

  /** Moves the window to this sample, after reading what is missing. */
  async moveTo(centerFrame: number): Promise<void> {
    while (!this.window.covers(centerFrame)) {
      const next = await this.chunks.next();
      if (next.done === true) {
        this.exhausted = true;
        this.window.end();
      } else this.push(next.value);
    }
    this.window.moveTo(centerFrame);
  }

  private push(chunk: Buffer): void {
    const bytes = this.remainder.length === 0 ? chunk : Buffer.concat([this.remainder, chunk]);
    const whole = bytes.length - (bytes.length % BYTES_PER_FRAME);
    this.remainder = Buffer.from(bytes.subarray(whole));
    this.window.push(new Float32Array(Uint8Array.from(bytes.subarray(0, whole)).buffer));
  }
}
