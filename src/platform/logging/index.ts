export { LOG_OUTPUT, type LogOutput } from './log-output.js';
export { LoggingModule } from './logging.module.js';
export { PerformanceLog, type MetricUnit } from './performance-log.js';
export { redact, redactString } from './redaction/redactor.js';
export { SecurityLog, type SecurityEventType } from './security-log.js';
