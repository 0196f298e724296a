import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 100;
const LIMIT_MS = 300_000;

interface Check {
  readonly status: string;
  readonly reason?: string;
  readonly waiting_objects?: number;
}

/** Watches the health page: what suffers while a fault lasts, and when it is well again. */
export class HealthWatch {
  /** Parts that were not well, with the worst that was said of them. */
  readonly suffered = new Map<string, string>();
  /** Most objects that waited in fallback storage. */
  waitingObjects = 0;
  private readonly origin: () => string;
  private readonly stopped = new AbortController();
  private watching: Promise<void> | undefined;
  private wellSinceMs: number | null = null;

  /** @param origin - of the server, which may be started again */
  constructor(origin: () => string) {
    this.origin = origin;
  }

  start(): void {
    this.watching = this.watch();
  }

  /** Waits until every part is well and nothing waits in fallback storage. @throws Error when that takes too long */
  async untilWell(): Promise<void> {
    for (const deadline = performance.now() + LIMIT_MS; performance.now() < deadline; await delay(LOOK_MS)) {
      if (this.wellSinceMs !== null) return;
    }
    throw new Error(`not well after ${LIMIT_MS / 1_000} s: ${[...this.suffered.values()].join('; ')}`);
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.watching;
  }

  private async watch(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const well = await this.look();
      this.wellSinceMs = well ? (this.wellSinceMs ?? performance.now()) : null;
      await delay(LOOK_MS);
    }
  }

  private async look(): Promise<boolean> {
    try {
      const response = await fetch(`${this.origin()}/admin/api/monitoring/health/check`, {
        signal: AbortSignal.timeout(5_000),
      });
      const { checks } = (await response.json()) as { checks: Readonly<Record<string, Check>> };
      const unwell = Object.entries(checks).filter(([, { status }]) => status !== 'up');
      for (const [name, { status, reason }] of unwell) this.suffered.set(name, `${name} ${status} (${reason ?? '?'})`);
      const waiting = checks['storage']?.waiting_objects ?? 0;
      this.waitingObjects = Math.max(this.waitingObjects, waiting);
      return unwell.length === 0 && waiting === 0;
    } catch {
      this.suffered.set('server', 'the server does not answer');
      return false;
    }
  }
}
