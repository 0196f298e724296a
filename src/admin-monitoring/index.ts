export { AdminMonitoringModule } from './admin-monitoring.module.js';
