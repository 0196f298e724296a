import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { DependencyProbe } from '../platform/health/index.js';
import {
  type CircuitProber,
  type ExecuteOptions,
  InjectPolicy,
  type ServicePolicy,
} from '../platform/resilience/index.js';
import type { Clock } from '../platform/time/index.js';
import type { StoredObjectRecord } from './entities/stored-object-record.entity.js';
import type { FileDigest } from './file-digest.js';
import type { Placement } from './object-register.js';
import {
  REMOTE_OBJECT_STORE,
  type RemoteObjectStore,
  type SignedUrlRequest,
} from './ports/remote-object-store.port.js';
import { StallGuard } from './stall-guard.js';
import { transferTimeoutMs } from './transfer-limits.js';

/** The remote store under its policy: every call to GCS in the product goes through here. */
@Injectable()
export class Bucket {
  private readonly stallMs: number;

  constructor(
    @InjectPolicy('gcs') private readonly policy: ServicePolicy,
    @Inject(REMOTE_OBJECT_STORE) private readonly remote: RemoteObjectStore,
    @Inject(APP_CONFIG) config: AppConfig,
  ) {
    this.stallMs = config.resilience.gcs.timeoutMs;
  }

  get state(): ServicePolicy['state'] {
    return this.policy.state;
  }

  /** @param options `fallback` for when GCS does not take the object, and the caller's `signal` */
  upload(record: StoredObjectRecord, path: string, options: ExecuteOptions<Placement> = {}): Promise<Placement> {
    const request = {
      name: record.objectName,
      path,
      contentType: record.contentType,
      digest: { sizeBytes: record.sizeBytes, crc32c: record.crc32c },
    };
    return this.policy.execute<Placement>(
      'upload',
      async ({ signal }) => {
        using guard = new StallGuard(this.stallMs, signal);
        const transfer = { signal: guard.signal, onBytes: (): void => guard.touch() };
        const { generation } = await this.remote.upload(request, transfer);
        return { location: 'gcs', generation };
      },
      { attemptTimeoutMs: transferTimeoutMs(record.sizeBytes), ...options },
    );
  }

  /** @throws NotFoundError `STORAGE_OBJECT_NOT_FOUND` */
  download(record: StoredObjectRecord, path: string, signal?: AbortSignal): Promise<FileDigest> {
    return this.policy.execute(
      'download',
      async (attempt) => {
        using guard = new StallGuard(this.stallMs, attempt.signal);
        const transfer = { signal: guard.signal, onBytes: (): void => guard.touch() };
        return await this.remote.download(record.objectName, path, transfer);
      },
      { attemptTimeoutMs: transferTimeoutMs(record.sizeBytes), ...(signal === undefined ? {} : { signal }) },
    );
  }

  /** Deletes the object whatever generation it has; one that is not there is no error. */
  async remove(name: string, knownGeneration: string | null): Promise<void> {
    await this.policy.execute('remove', async ({ signal }) => {
      const generation = knownGeneration ?? (await this.remote.describe(name, signal))?.generation;
      if (generation !== undefined) await this.remote.remove(name, generation, signal);
    });
  }

  /** @throws ExternalServiceError `GCS_UNAVAILABLE` while the circuit is open: the link would lead nowhere */
  async signedUrl(request: SignedUrlRequest): Promise<string> {
    if (!this.remote.signsLocally) {
      return await this.policy.execute('sign_url', ({ signal }) => this.remote.signedUrl(request, signal));
    }
    // Past the policy: that our key signs is no proof that GCS answers, and must neither close its circuit nor make up
    // for its failures.
    const refusal = this.policy.refusal();
    if (refusal !== null) throw refusal;
    return await this.remote.signedUrl(request, new AbortController().signal);
  }

  /** A probe for the health page. */
  probe(clock: Clock): DependencyProbe {
    return new DependencyProbe(this.policy, (signal) => this.ping(signal), clock);
  }

  /** Has the circuit probed when nobody calls GCS. */
  haveProbed(prober: CircuitProber): void {
    prober.register(this.policy, (signal) => this.ping(signal));
  }

  /** Asks GCS about an object that does not exist. */
  private async ping(signal: AbortSignal): Promise<void> {
    await this.remote.describe('health/probe', signal);
  }
}
