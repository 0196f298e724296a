import type { ServiceName } from '../../config/index.js';
import type { ErrorCode } from '../../platform/errors/index.js';

/**
 * Refusals that say nothing about the job, by the dependency whose recovery ends them: the job keeps its place and its
 * attempts, and waits. Also where trying again is no use before an operator has done something: the job can wait for that.
 */
export const POSTPONING_ERRORS = {
  gcs: [
    'GCS_AUTH_ERROR',
    'GCS_CONNECTION_ERROR',
    'GCS_RATE_LIMITED',
    'GCS_SERVICE_ERROR',
    'GCS_TIMEOUT',
    'GCS_UNAVAILABLE',
    'SERVICE_UNAVAILABLE',
    'STORAGE_OBJECT_ELSEWHERE',
    'STORAGE_PERMISSION_DENIED',
    'STORAGE_QUOTA_EXCEEDED',
  ],
  rendering: ['RENDERING_UNAVAILABLE', 'SERVICE_UNAVAILABLE'],
} as const satisfies Partial<Record<ServiceName, readonly ErrorCode[]>>;

/** The queue lies there too: it delivers again when the database is back. */
const DATABASE_ERRORS = ['DATABASE_CONNECTION_ERROR', 'DATABASE_OVERLOADED', 'DATABASE_TIMEOUT'] as const;

const POSTPONING: ReadonlySet<ErrorCode> = new Set([...Object.values(POSTPONING_ERRORS).flat(), ...DATABASE_ERRORS]);

export function postpones(code: ErrorCode): boolean {
  return POSTPONING.has(code);
}
