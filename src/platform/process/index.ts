export { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js';
export { systemErrorCode } from './system-error.js';
