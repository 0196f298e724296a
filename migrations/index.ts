import type { MigrationInterface } from 'typeorm';
import { CreateRateLimits1795400000100 } from './1795400000100-CreateRateLimits.js';
import { CreateUsers1795400000200 } from './1795400000200-CreateUsers.js';
import { CreateStoredObjects1795400000300 } from './1795400000300-CreateStoredObjects.js';
import { CreatePayments1795400000400 } from './1795400000400-CreatePayments.js';
import { CreateEmails1795400000500 } from './1795400000500-CreateEmails.js';
import { CreateRenderJobs1795400000600 } from './1795400000600-CreateRenderJobs.js';
import { CreateCircuitOrders1795400000700 } from './1795400000700-CreateCircuitOrders.js';
import { CreateErrorMonitoring1795400001100 } from './1795400001100-CreateErrorMonitoring.js';
import { CreateAuditEntries1795400001300 } from './1795400001300-CreateAuditEntries.js';
import { CreateAlerts1795400001400 } from './1795400001400-CreateAlerts.js';
import { CreateFleet1795400001500 } from './1795400001500-CreateFleet.js';
import { CreateRequestSteps1795400001700 } from './1795400001700-CreateRequestSteps.js';
import { AddRequestIds1795400001800 } from './1795400001800-AddRequestIds.js';
import { AddEmailResentAt1795400001900 } from './1795400001900-AddEmailResentAt.js';
import { DropErrorGroupFingerprintUniqueness1795400002000 } from './1795400002000-DropErrorGroupFingerprintUniqueness.js';

/** Every migration of the product in the order it runs. A new one is appended; one that has landed is never edited. */
export const MIGRATIONS: readonly (new () => MigrationInterface)[] = [
  CreateRateLimits1795400000100,
  CreateUsers1795400000200,
  CreateStoredObjects1795400000300,
  CreatePayments1795400000400,
  CreateEmails1795400000500,
  CreateRenderJobs1795400000600,
  CreateCircuitOrders1795400000700,
  CreateErrorMonitoring1795400001100,
  CreateAuditEntries1795400001300,
  CreateAlerts1795400001400,
  CreateFleet1795400001500,
  CreateRequestSteps1795400001700,
  AddRequestIds1795400001800,
  AddEmailResentAt1795400001900,
  DropErrorGroupFingerprintUniqueness1795400002000,
];
