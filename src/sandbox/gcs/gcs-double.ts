import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/time/index.js';
import { installFaultHook } from '../faults/fault-hook.js';
import type { FaultTable } from '../faults/fault-table.js';
import type { SandboxOptions } from '../sandbox-options.js';
import { DocumentJournal } from '../state/document-journal.js';
import { GCS_WORDING, objectRoutes, prepareGcs, signedUrlRoutes } from './gcs-routes.js';
import { ObjectStore } from './object-store.js';
import { ResumableUploads } from './resumable-uploads.js';
import { SignedUrlVerifier } from './signed-url.js';
import { uploadRoutes } from './upload-routes.js';

/** The double of Cloud Storage: one bucket, behind the JSON API and signed URLs. */
export class GcsDouble {
  private readonly journal: DocumentJournal;
  private readonly store: ObjectStore;
  private readonly uploads: ResumableUploads;

  constructor(
    private readonly options: SandboxOptions,
    private readonly clock: Clock,
    private readonly origin: () => string,
  ) {
    this.journal = new DocumentJournal(join(options.stateDir, 'gcs', 'journal.jsonl'));
    this.store = new ObjectStore(options.stateDir, options.gcs.bucket, this.journal, clock);
    this.uploads = new ResumableUploads(this.store, this.journal, clock);
  }

  register(server: FastifyInstance, faults: FaultTable): void {
    const { clientEmail, publicKey } = this.options.gcs;
    server.register(async (api) => {
      installFaultHook(api, 'gcs', faults, GCS_WORDING);
      prepareGcs(api);
      objectRoutes(api, this.store, this.origin);
      uploadRoutes(api, this.store, this.uploads, this.origin);
      signedUrlRoutes(api, this.store, new SignedUrlVerifier(clientEmail, publicKey, () => this.clock.now()));
    });
  }

  async start(): Promise<void> {
    await this.uploads.expire();
  }

  stop(): void {
    this.journal.close();
  }
}
