import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type ErrorCode, translateError } from '../platform/errors/index.js';
import { type CheckResult, HealthCheckRegistry } from '../platform/health/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { Bucket } from './bucket.js';
import { LocalObjectStore } from './local-object-store.js';
import { ReplicationReport, type ReplicationStatus } from './replication-report.js';

/** How long GCS is not asked again, however often the public health check is. */
const PROBE_EVERY_MS = 15_000;
const PROBE_TIMEOUT_MS = 1_500;
const LATE_MS = 3_600_000;

/** Looks at GCS, at the fallback directory and at what waits there. Down only when nothing can be stored at all. */
@Injectable()
export class StorageHealth implements OnModuleInit {
  private probed: { readonly atMs: number; readonly outcome: Promise<ErrorCode | null> } | undefined;

  constructor(
    private readonly registry: HealthCheckRegistry,
    private readonly bucket: Bucket,
    private readonly local: LocalObjectStore,
    private readonly replication: ReplicationReport,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.registry.register('storage', () => this.check());
  }

  async check(): Promise<CheckResult> {
    const [gcs, disk, waiting] = await Promise.all([this.gcsFault(), this.diskFault(), this.replication.status()]);
    const details = {
      circuit: this.bucket.state,
      waiting_objects: waiting.waiting,
      waiting_bytes: waiting.waitingBytes,
      oldest_waiting_since: waiting.oldestSince?.toISOString() ?? null,
    };
    if (gcs !== null && disk !== null) {
      return { status: 'down', reason: `Nothing can be stored: GCS ${gcs}, fallback storage ${disk}`, details };
    }
    if (gcs !== null) return { status: 'degraded', reason: `GCS: ${gcs}; objects go to fallback storage`, details };
    if (disk !== null) return { status: 'degraded', reason: `Fallback storage: ${disk}`, details };
    if (this.isLate(waiting)) {
      return { status: 'degraded', reason: 'An object has waited for replication for more than an hour', details };
    }
    return { status: 'up', details };
  }

  private isLate({ oldestSince }: ReplicationStatus): boolean {
    return oldestSince !== null && this.clock.now().getTime() - oldestSince.getTime() > LATE_MS;
  }

  private gcsFault(): Promise<ErrorCode | null> {
    const nowMs = this.clock.monotonicMs();
    if (this.probed === undefined || nowMs - this.probed.atMs >= PROBE_EVERY_MS) {
      this.probed = { atMs: nowMs, outcome: fault(() => this.bucket.probe(PROBE_TIMEOUT_MS)) };
    }
    return this.probed.outcome;
  }

  private diskFault(): Promise<ErrorCode | null> {
    return fault(() => this.local.requireSpace(0));
  }
}

async function fault(look: () => Promise<void>): Promise<ErrorCode | null> {
  try {
    await look();
    return null;
  } catch (error) {
    return translateError(error).code;
  }
}
