import { Logger } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Clock } from '../../platform/time/index.js';
import type { CaptureStore } from './capture-store.js';
import type { Spool } from './spool.js';

const ROUND_MS = 1_000;
/** Rounds between looks for spools of processes that are gone. */
const INHERIT_ROUNDS = 300;
/** Errors may still come in while the last ones are written; at some point it has to end. */
const LAST_ROUNDS = 3;

/** Runs the rounds of the store, once a second, and the last ones at shutdown. */
export class CaptureLoop {
  private readonly logger = new Logger('ErrorStore');
  private timer: NodeJS.Timeout | null = null;
  private current: Promise<void> | null = null;
  private rounds = 0;
  private stopping: Promise<void> | null = null;

  constructor(
    private readonly store: CaptureStore,
    private readonly spool: Spool,
    private readonly pool: Pool,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.round(), ROUND_MS);
    this.timer.unref();
  }

  /** One round now, or the one that runs already. Never rejects. */
  async round(): Promise<void> {
    this.current ??= this.run().finally(() => {
      this.current = null;
    });
    await this.current;
  }

  /** Stores or spools what is left, and lets go of everything. */
  async stop(): Promise<void> {
    this.stopping ??= this.finish();
    await this.stopping;
  }

  private async finish(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.current;
    for (let round = 0; round < LAST_ROUNDS; round += 1) {
      await this.round();
      if (this.store.isSettled) break;
    }
    const { heldErrors } = this.store.status();
    if (heldErrors > 0) {
      this.logger.error({ msg: 'Errors are lost: neither PostgreSQL nor the disk takes them', errors: heldErrors });
    }
    await this.spool.close();
    await this.pool.end();
  }

  private async run(): Promise<void> {
    if (this.rounds % INHERIT_ROUNDS === 0) await this.spool.inherit(this.clock.now().getTime());
    this.rounds += 1;
    await this.store.round();
  }
}
