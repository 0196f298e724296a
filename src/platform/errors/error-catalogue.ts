import { ACCESS_ERRORS } from './catalogue/access.js';
import { ALERT_ERRORS } from './catalogue/alerts.js';
import { BROWSER_ERRORS } from './catalogue/browser.js';
import { DATABASE_ERRORS } from './catalogue/database.js';
import { EXTERNAL_SERVICE_ERRORS } from './catalogue/external-services.js';
import { FILE_ERRORS } from './catalogue/files.js';
import { PAYMENT_ERRORS } from './catalogue/payments.js';
import { PLAIN_HTTP_ERRORS } from './catalogue/plain-http.js';
import { RENDERING_ERRORS } from './catalogue/rendering.js';
import { REQUEST_ERRORS } from './catalogue/requests.js';
import type { CatalogueGroup } from './catalogue/catalogue-entry.js';

/** The groups of the catalogue, in the order of the documentation. A new code is one entry in its group's file. */
export const CATALOGUE_GROUPS = {
  'Plain HTTP': PLAIN_HTTP_ERRORS,
  'Access and limits': ACCESS_ERRORS,
  'Values, resources and states': REQUEST_ERRORS,
  Payments: PAYMENT_ERRORS,
  Files: FILE_ERRORS,
  'Jobs and rendering': RENDERING_ERRORS,
  'External services': EXTERNAL_SERVICE_ERRORS,
  Database: DATABASE_ERRORS,
  Alerts: ALERT_ERRORS,
  Browser: BROWSER_ERRORS,
} as const satisfies Readonly<Record<string, CatalogueGroup>>;

/** Every error code there is, with everything about it. Codes are stable for ever; entries are never removed. */
export const ERROR_CATALOGUE = Object.freeze({
  ...PLAIN_HTTP_ERRORS,
  ...ACCESS_ERRORS,
  ...REQUEST_ERRORS,
  ...PAYMENT_ERRORS,
  ...FILE_ERRORS,
  ...RENDERING_ERRORS,
  ...EXTERNAL_SERVICE_ERRORS,
  ...DATABASE_ERRORS,
  ...ALERT_ERRORS,
  ...BROWSER_ERRORS,
}) satisfies CatalogueGroup;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** The codes whose status is one of `Status`: what ties an error class to its codes at compile time. */
export type CodeWithStatus<Status extends number> = {
  [Code in ErrorCode]: (typeof ERROR_CATALOGUE)[Code]['status'] extends Status ? Code : never;
}[ErrorCode];

/** Whether a string, e.g. one read back from storage, is a code of the catalogue. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CATALOGUE, value);
}
