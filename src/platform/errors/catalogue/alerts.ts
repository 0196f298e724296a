import type { CatalogueGroup } from './catalogue-entry.js';

/** Alert rules, and the notifications that could not be delivered. */
export const ALERT_ERRORS = {
  ALERT_BUILT_IN: {
    status: 409,
    message: 'A built-in alert rule can be switched off, but not deleted.',
    recoverable: true,
    retryable: false,
    level: 'info',
    details: {},
    cause: 'The rule belongs to the product.',
    remedy: 'Set `enabled` to false instead.',
  },
  ALERT_WEBHOOK_FAILED: {
    status: 502,
    message: 'The receiver of the alert did not take it.',
    recoverable: true,
    retryable: true,
    level: 'warn',
    details: { status: 'HTTP status of the answer, where there was one' },
    cause: 'The receiver cannot be reached, does not answer within 5 seconds, or answers with another status than 2xx.',
    remedy: 'Look at the receiver; the notification is sent again for about half an hour.',
  },
  ALERT_WEBHOOK_FORBIDDEN: {
    status: 422,
    message: 'Alerts must not be posted to this address.',
    recoverable: true,
    retryable: false,
    level: 'warn',
    details: {
      reason: '`address`: the host has an address that is not public; `redirect`: the receiver sends elsewhere',
    },
    cause:
      'The webhook of an alert rule leads to a private, local or otherwise special address, or answers with a redirect.',
    remedy:
      'Correct the webhook URL of the rule; for a host of your own network, add it to `ALERT_WEBHOOK_ALLOWED_HOSTS`.',
  },
  ALERT_WEBHOOK_SECRET_UNREADABLE: {
    status: 409,
    message: 'The secret of this alert rule can no longer be read.',
    recoverable: true,
    retryable: false,
    level: 'error',
    details: {},
    cause: '`JWT_SECRET`, from which the key of webhook secrets is derived, was changed.',
    remedy: 'Set the webhook secret of the rule anew.',
  },
} as const satisfies CatalogueGroup;
