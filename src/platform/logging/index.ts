export { LOG_OUTPUT } from './log-output.js';
export { LoggingModule } from './logging.module.js';
export { noteReply } from './noted-reply.js';
export { OutageLog } from './outage-log.js';
export { type EndedRequest, RequestEvents } from './request-events.js';
export { PerformanceLog } from './performance-log.js';
export { redact, redactString } from './redaction/redactor.js';
export { SecurityLog, type SecurityEventType } from './security-log.js';
