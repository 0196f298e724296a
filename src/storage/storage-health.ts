import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type ErrorCode, translateError } from '../platform/errors/index.js';
import { type CheckResult, type DependencyProbe, HealthCheckRegistry } from '../platform/health/index.js';
import { CircuitProber } from '../platform/resilience/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { Bucket } from './bucket.js';
import { LocalObjectStore } from './local-object-store.js';
import { ReplicationReport, type ReplicationStatus } from './replication-report.js';

const LATE_MS = 3_600_000;

/** Looks at GCS, at the fallback directory and at what waits there. Down only when nothing can be stored at all. */
@Injectable()
export class StorageHealth implements OnModuleInit {
  private readonly gcs: DependencyProbe;

  constructor(
    private readonly registry: HealthCheckRegistry,
    private readonly prober: CircuitProber,
    private readonly bucket: Bucket,
    private readonly local: LocalObjectStore,
    private readonly replication: ReplicationReport,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.gcs = bucket.probe(clock);
  }

  onModuleInit(): void {
    this.registry.register('storage', () => this.check());
    this.bucket.haveProbed(this.prober);
  }

  async check(): Promise<CheckResult> {
    const [gcs, disk, waiting] = await Promise.all([this.gcs.fault(), this.diskFault(), this.replication.status()]);
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

  private async diskFault(): Promise<ErrorCode | null> {
    try {
      await this.local.requireSpace(0);
      return null;
    } catch (error) {
      return translateError(error).code;
    }
  }
}
