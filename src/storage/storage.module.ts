import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { Bucket } from './bucket.js';
import { DownloadLinks } from './download-links.js';
import { DownloadService } from './download.service.js';
import { DownloadTokens } from './download-tokens.js';
import { DownloadsController } from './downloads.controller.js';
import { GcsDriver } from './drivers/gcs.driver.js';
import { StoredObjectRecord } from './entities/stored-object-record.entity.js';
import { LocalDirectorySweep } from './local-directory-sweep.js';
import { LocalObjectStore } from './local-object-store.js';
import { ObjectEraser } from './object-eraser.js';
import { ObjectReader } from './object-reader.js';
import { ObjectReferences } from './object-references.js';
import { ObjectRegister } from './object-register.js';
import { ObjectSearch } from './object-search.js';
import { ObjectStorage } from './object-storage.service.js';
import { ObjectWriter } from './object-writer.js';
import { REMOTE_OBJECT_STORE } from './ports/remote-object-store.port.js';
import { ReplicationReport } from './replication-report.js';
import { ReplicationSchedule } from './replication-schedule.js';
import { Replicator } from './replicator.js';
import { StorageHealth } from './storage-health.js';
import { StorageJobs } from './storage-jobs.js';
import { StorageSweep } from './storage-sweep.js';

/** Objects in GCS, their fallback on disk, and what keeps both tidy. */
@Module({
  imports: [TypeOrmModule.forFeature([StoredObjectRecord])],
  controllers: [DownloadsController],
  providers: [
    {
      provide: REMOTE_OBJECT_STORE,
      inject: [APP_CONFIG, CLOCK],
      useFactory: (config: AppConfig, clock: Clock) => new GcsDriver(config.gcs, clock),
    },
    {
      provide: LocalObjectStore,
      inject: [APP_CONFIG],
      useFactory: ({ storage }: AppConfig) => new LocalObjectStore(storage.fallbackDir, storage.minFreeBytes),
    },
    Bucket,
    DownloadLinks,
    DownloadService,
    DownloadTokens,
    LocalDirectorySweep,
    ObjectEraser,
    ObjectReader,
    ObjectReferences,
    ObjectRegister,
    ObjectSearch,
    ObjectStorage,
    ObjectWriter,
    ReplicationReport,
    ReplicationSchedule,
    Replicator,
    StorageHealth,
    StorageJobs,
    StorageSweep,
  ],
  exports: [ObjectReferences, ObjectSearch, ObjectStorage, ReplicationReport],
})
export class StorageModule {}
