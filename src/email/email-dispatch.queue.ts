import { defineQueue } from '../platform/jobs/index.js';

/** Names the mail whose address is to be served. */
export interface EmailDispatchPayload {
  readonly emailId: string;
}

/** One job per try of a mail. The outbox row, not the queue, decides about tries; retries here are for a lost database. */
export const EMAIL_DISPATCH_QUEUE = defineQueue<EmailDispatchPayload>({
  name: 'email-dispatch',
  retryLimit: 3,
  retryDelaySeconds: 5,
  retryBackoff: true,
});
