export { AdminMonitoringModule } from './admin-monitoring.module.js';
export { OperatorApiModule } from './operator-api.module.js';
