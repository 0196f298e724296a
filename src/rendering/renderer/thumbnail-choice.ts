import type { AudioFrame } from '../visuals/index.js';

const FROM_SHARE = 0.08;
const TO_SHARE = 0.7;
const CLEARLY_BETTER = 1.04;

/** Finds the moment that shows a look at its best while the frames go by: loud, with a kick, neither in the intro nor in the outro. */
export class ThumbnailChoice {
  private best = 0;

  constructor(private readonly totalFrames: number) {}

  /** Whether this frame is the best so far, by enough of a margin to be worth a picture. */
  prefers(index: number, frame: AudioFrame): boolean {
    const share = index / this.totalFrames;
    if (index > 0 && (share < FROM_SHARE || share > TO_SHARE)) return false;
    const score = 0.05 + frame.loudness + 0.6 * frame.bassPulse;
    if (score <= this.best * CLEARLY_BETTER) return false;
    this.best = score;
    return true;
  }
}
