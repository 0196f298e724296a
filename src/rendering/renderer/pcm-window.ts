/**
 * A sliding window over interleaved stereo samples. It holds no more than the window and what has been pushed ahead of it, whatever the
 * length of the track; before the first and after the last sample there is silence.
 */
export class PcmWindow {
  readonly left: Float32Array;
  readonly right: Float32Array;
  private chunks: Float32Array[] = [];
  /** Index, in frames of the whole track, of the first sample that is still held. */
  private heldFrom = 0;
  private heldTo = 0;
  private ended = false;

  /** @param size - samples per channel in a window. */
  constructor(private readonly size: number) {
    this.left = new Float32Array(size);
    this.right = new Float32Array(size);
  }

  /** @param samples - whole frames of two samples; kept, not copied. */
  push(samples: Float32Array): void {
    if (samples.length === 0) return;
    this.chunks.push(samples);
    this.heldTo += samples.length / 2;
  }

  /** Says that no more samples will come. */
  end(): void {
    this.ended = true;
  }

  /** Chunks in memory. */
  get chunksHeld(): number {
    return this.chunks.length;
  }

  /** Whether everything the window centred at this sample needs has been pushed. */
  covers(centerFrame: number): boolean {
    return this.ended || centerFrame + this.size / 2 <= this.heldTo;
  }

  /** Fills {@link left} and {@link right} with the window centred at this sample; centres must not go backwards. */
  moveTo(centerFrame: number): void {
    const from = centerFrame - this.size / 2;
    this.dropBefore(from);
    this.left.fill(0);
    this.right.fill(0);
    let chunkFrom = this.heldFrom;
    for (const chunk of this.chunks) {
      const frames = chunk.length / 2;
      const start = Math.max(from, chunkFrom);
      const end = Math.min(from + this.size, chunkFrom + frames);
      for (let frame = start; frame < end; frame += 1) {
        const source = (frame - chunkFrom) * 2;
        this.left[frame - from] = chunk[source] ?? 0;
        this.right[frame - from] = chunk[source + 1] ?? 0;
      }
      chunkFrom += frames;
      if (chunkFrom >= from + this.size) break;
    }
  }

  private dropBefore(frame: number): void {
    for (let first = this.chunks[0]; first !== undefined; first = this.chunks[0]) {
      const firstEnd = this.heldFrom + first.length / 2;
      if (firstEnd > frame) return;
      this.chunks.shift();
      this.heldFrom = firstEnd;
    }
  }
}
