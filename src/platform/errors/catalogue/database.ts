import { RETRY_AFTER, type CatalogueGroup } from './catalogue-entry.js';

/** PostgreSQL and the way to it. */
export const DATABASE_ERRORS = {
  DATABASE_ERROR: {
    status: 500,
    message: 'Something went wrong on our side. We have been informed.',
    recoverable: false,
    retryable: false,
    level: 'error',
    details: {},
    cause: 'A statement failed in a way it never should: a defect, a missing migration, damaged data.',
    remedy: 'Operator: look up `request_id` in monitoring; the log has the SQLSTATE.',
  },
  DATABASE_CONNECTION_ERROR: {
    status: 503,
    message: 'The service is not available at the moment. Please try again shortly.',
    recoverable: true,
    retryable: true,
    level: 'error',
    details: RETRY_AFTER,
    cause: 'The database cannot be reached, is starting or shutting down, or the connection was lost on the way.',
    remedy: 'Try again shortly; operator: see the database server and the network.',
  },
  DATABASE_TIMEOUT: {
    status: 503,
    message: 'The service is very slow at the moment. Please try again shortly.',
    recoverable: true,
    retryable: true,
    level: 'error',
    details: RETRY_AFTER,
    cause: 'A statement, a lock or a free connection was waited for longer than allowed.',
    remedy: 'Try again shortly; operator: see slow queries and locks.',
  },
  DATABASE_OVERLOADED: {
    status: 503,
    message: 'The service is overloaded at the moment. Please try again shortly.',
    recoverable: true,
    retryable: true,
    level: 'error',
    details: RETRY_AFTER,
    cause: 'The database lacks connections, memory or disk, or transactions kept colliding.',
    remedy: 'Try again shortly; operator: see the resources of the database server and the pool sizes.',
  },
} as const satisfies CatalogueGroup;
