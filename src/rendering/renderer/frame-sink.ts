import type { Writable } from 'node:stream';

/** Frames that may be on their way while the next one is drawn. */
const IN_FLIGHT = 2;

/** Hands frames to the encoder without ever holding more than a fixed number of them. */
export class FrameSink {
  private readonly free: Buffer[] = [];
  private readonly waiting: (() => void)[] = [];
  private buffersMade = 0;
  private broken = false;

  constructor(private readonly output: Writable) {
    output.once('close', () => {
      this.broken = true;
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  /**
   * Copies the frame and starts to write it, as soon as a place is free.
   *
   * @returns false when the encoder no longer reads: it is up to the caller to find out why.
   */
  async send(frame: Uint8Array): Promise<boolean> {
    const buffer = await this.takeBuffer(frame.byteLength);
    if (buffer === undefined) return false;
    buffer.set(frame);
    this.output.write(buffer, () => {
      this.free.push(buffer);
      this.waiting.shift()?.();
    });
    return true;
  }

  /** Says that there are no more frames. @returns false when the encoder stopped reading before the last one. */
  async end(): Promise<boolean> {
    if (this.broken) return false;
    return new Promise((resolve) => {
      this.output.once('close', () => resolve(this.output.errored === null));
      this.output.end();
    });
  }

  private async takeBuffer(size: number): Promise<Buffer | undefined> {
    if (this.buffersMade < IN_FLIGHT) {
      this.buffersMade += 1;
      return Buffer.allocUnsafeSlow(size);
    }
    while (this.free.length === 0 && !this.broken) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return this.broken ? undefined : this.free.pop();
  }
}
