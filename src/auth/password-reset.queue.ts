import { defineQueue } from '../platform/jobs/index.js';

export interface PasswordResetRequest {
  /** Normalised address that somebody says is theirs. */
  readonly email: string;
}

/**
 * Requests for a reset link. The route only writes one of these, whether or not the address is known, so neither
 * its answer nor its time tells who is registered.
 */
export const PASSWORD_RESET_QUEUE = defineQueue<PasswordResetRequest>({
  name: 'password-reset',
  retryLimit: 5,
  retryDelaySeconds: 2,
  retryBackoff: true,
});
