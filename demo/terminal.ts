const BAR_WIDTH = 30;
const interactive = process.stdout.isTTY;

/** Writes one line. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A progress bar that redraws itself in a terminal and prints every quarter elsewhere. */
export class ProgressBar {
  private lastQuarter = -1;
  private lastText = '';
  private readonly label: string;

  constructor(label: string) {
    this.label = label;
  }

  /** @param fraction 0–1 */
  update(fraction: number, note = ''): void {
    const clamped = Math.min(1, Math.max(0, fraction));
    const filled = Math.round(clamped * BAR_WIDTH);
    const percent = `${Math.round(clamped * 100)} %`.padStart(5);
    const text = `  ${this.label.padEnd(9)} [${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${percent} ${note}`;
    if (text === this.lastText) return;
    this.lastText = text;
    const quarter = Math.floor(clamped * 4);
    if (interactive) process.stdout.write(`\r${text}\u001b[K`);
    else if (quarter > this.lastQuarter) say(text);
    this.lastQuarter = Math.max(this.lastQuarter, quarter);
  }

  end(): void {
    if (interactive) process.stdout.write('\n');
  }
}
