/** What the music does at the moment of one video frame; valid until the next frame is analysed. */
export interface AudioFrame {
  readonly timeSeconds: number;
  readonly stepSeconds: number;
  /** Log-spaced bands from bass to treble, 0–1, with attack and decay applied. */
  readonly bands: Float32Array;
  /** Held peaks of the bands, 0–1. */
  readonly peaks: Float32Array;
  /** Some 50 ms of signal around this moment, about −1 to 1, steadied on a rising edge. */
  readonly left: Float32Array;
  readonly right: Float32Array;
  /** Whether the two channels differ. */
  readonly isStereo: boolean;
  /** 0–1. */
  readonly loudness: number;
  /** 0–1, jumps with each kick and dies away. */
  readonly bassPulse: number;
}
