export { AdminMonitoringModule } from './admin-monitoring.module.js';
export { AuditModule } from './audit/audit.module.js';
export { AuditTrail } from './audit/audit-trail.js';
export { OperatorApiModule } from './operator-api.module.js';
