/** Share of the way to its target that a value with this time constant goes in one step. */
export function approach(stepSeconds: number, timeConstantSeconds: number): number {
  return 1 - Math.exp(-stepSeconds / timeConstantSeconds);
}

/** Rises fast, falls slowly: the motion of a meter. */
export class AttackDecay {
  private readonly rise: number;
  private readonly fall: number;
  value: number;

  constructor(stepSeconds: number, attackSeconds: number, decaySeconds: number, initial = 0) {
    this.rise = approach(stepSeconds, attackSeconds);
    this.fall = approach(stepSeconds, decaySeconds);
    this.value = initial;
  }

  follow(target: number): number {
    this.value += (target - this.value) * (target > this.value ? this.rise : this.fall);
    return this.value;
  }
}

const PEAK_HOLD_SECONDS = 0.32;
const PEAK_GRAVITY_PER_SECOND_SQUARED = 2.2;

/** Peaks that wait where they were thrown and then fall, faster and faster. */
export class PeakHold {
  readonly values: Float32Array;
  private readonly heldSeconds: Float32Array;
  private readonly speeds: Float32Array;

  constructor(
    count: number,
    private readonly stepSeconds: number,
  ) {
    this.values = new Float32Array(count);
    this.heldSeconds = new Float32Array(count);
    this.speeds = new Float32Array(count);
  }

  follow(levels: Float32Array): void {
    for (let i = 0; i < this.values.length; i += 1) {
      const level = levels[i] ?? 0;
      const peak = this.values[i] ?? 0;
      if (level >= peak) {
        this.values[i] = level;
        this.heldSeconds[i] = 0;
        this.speeds[i] = 0;
        continue;
      }
      const held = (this.heldSeconds[i] ?? 0) + this.stepSeconds;
      this.heldSeconds[i] = held;
      if (held < PEAK_HOLD_SECONDS) continue;
      const speed = (this.speeds[i] ?? 0) + PEAK_GRAVITY_PER_SECOND_SQUARED * this.stepSeconds;
      this.speeds[i] = speed;
      this.values[i] = Math.max(level, peak - speed * this.stepSeconds);
    }
  }
}
