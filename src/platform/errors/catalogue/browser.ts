import type { CatalogueGroup } from './catalogue-entry.js';

/** What happens in pages and is reported to us. No response has these codes. */
export const BROWSER_ERRORS = {
  BROWSER_ERROR: {
    status: 500,
    message: 'Something went wrong in the page.',
    recoverable: true,
    retryable: false,
    level: 'error',
    details: {},
    cause: 'A script of a page failed in a browser, which reported it by `POST /api/logs`.',
    remedy: 'Operator: the event has the stack, the page and the browser.',
  },
} as const satisfies CatalogueGroup;
