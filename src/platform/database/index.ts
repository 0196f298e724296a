export { Database } from './database.js';
export { DatabaseModule } from './database.module.js';
export { BegunServerModule } from './database-server.module.js';
export { DATABASE_URL } from './database-url.js';
export { applicationName } from './application-name.js';
export { NotificationListener } from './notification-listener.js';
export { openSmallPool, type SmallPoolOptions } from './small-pool.js';
export { SessionLock } from './session-lock.js';
export type { ServerStart } from './server-start.js';
