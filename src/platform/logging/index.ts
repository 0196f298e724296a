export { LOG_OUTPUT } from './log-output.js';
export { LoggingModule } from './logging.module.js';
export { OutageLog } from './outage-log.js';
export { PerformanceLog } from './performance-log.js';
export { SecurityLog, type SecurityEventType } from './security-log.js';
