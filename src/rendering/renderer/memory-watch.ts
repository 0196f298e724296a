import { readFile } from 'node:fs/promises';

const SAMPLE_INTERVAL_MS = 500;
const KIB = 1024;

/** Watches the resident memory of this process and of its ffmpegs; tells once when they exceed the limit together. */
export class MemoryWatch {
  private peakGroup = 0;
  private readonly timer: NodeJS.Timeout;

  /**
   * @param pidsOf - the ffmpegs running now.
   * @param onExceeded - called once, with the bytes in use.
   */
  constructor(
    private readonly pidsOf: () => readonly number[],
    private readonly limitBytes: number,
    private readonly onExceeded: (usedBytes: number) => void,
  ) {
    this.timer = setInterval(() => void this.sample(), SAMPLE_INTERVAL_MS);
  }

  get peakGroupBytes(): number {
    return this.peakGroup;
  }

  /** Of this process alone, as the kernel counted it, between the samples too. */
  async peakOwnBytes(): Promise<number> {
    return (await memoryField(process.pid, 'VmHWM')) || process.resourceUsage().maxRSS * KIB;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async sample(): Promise<void> {
    const sizes = await Promise.all(this.pidsOf().map((pid) => memoryField(pid, 'VmRSS')));
    const used = sizes.reduce((sum, size) => sum + size, process.memoryUsage.rss());
    this.peakGroup = Math.max(this.peakGroup, used);
    if (used <= this.limitBytes) return;
    this.stop();
    this.onExceeded(used);
  }
}

/** @returns bytes; 0 for a process that has just ended, and where there is no `/proc`. */
async function memoryField(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * KIB;
  } catch {
    // Not there any more: it uses nothing.
    return 0;
  }
}
