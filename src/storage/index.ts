export { LINK_FAILURES } from './download-links.js';
export type { ObjectKind, ObjectLocation, ObjectStatus } from './entities/stored-object-record.entity.js';
export { ObjectReferences, type ReferenceCheck } from './object-references.js';
export { type FoundObject, ObjectSearch } from './object-search.js';
export { ObjectStorage } from './object-storage.service.js';
export { ReplicationReport, type ReplicationStatus, type WaitingObject } from './replication-report.js';
export { StorageModule } from './storage.module.js';
export type {
  DownloadUrl,
  DownloadUrlOptions,
  StoredObject,
  StoreOptions,
  StoreRequest,
  TransferOptions,
} from './stored-object.js';
