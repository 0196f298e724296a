import { RETRY_AFTER, type CatalogueEntry, type CatalogueGroup } from './catalogue-entry.js';

type FamilySuffix = 'SERVICE_ERROR' | 'TIMEOUT' | 'CONNECTION_ERROR' | 'AUTH_ERROR' | 'RATE_LIMITED' | 'UNAVAILABLE';
type ServiceEntry = CatalogueEntry & { readonly status: 503 };
type Family<Prefix extends string> = { readonly [Suffix in FamilySuffix as `${Prefix}_${Suffix}`]: ServiceEntry };

interface ServiceTexts {
  /** How a customer would call it, at the start of a sentence. */
  readonly noun: string;
  /** Whose service it is, for operators. */
  readonly vendor: string;
  /** Environment variable that holds its credentials. */
  readonly credentials: string;
}

/** The six ways in which any service we depend on lets us down. */
function family<Prefix extends string>(prefix: Prefix, { noun, vendor, credentials }: ServiceTexts): Family<Prefix> {
  const transient = {
    status: 503,
    recoverable: true,
    retryable: true,
    level: 'error',
    details: { ...RETRY_AFTER, operation: 'what was being done' },
  } as const;
  const tryAgain = `${noun} is not available at the moment. Please try again shortly.`;
  const entries = {
    SERVICE_ERROR: {
      ...transient,
      message: tryAgain,
      cause: `${vendor} answered with an error of its own (5xx) or with something unreadable.`,
      remedy: `Try again; operator: see the status page of ${vendor}.`,
    },
    TIMEOUT: {
      ...transient,
      message: `${noun} did not answer in time. Please try again shortly.`,
      cause: `${vendor} did not answer within the time limit of the attempt or of the whole operation.`,
      remedy: `Try again; operator: see the status page of ${vendor} and the network.`,
    },
    CONNECTION_ERROR: {
      ...transient,
      message: `${noun} could not be reached. Please try again shortly.`,
      cause: `The connection to ${vendor} was refused, reset, or its name could not be resolved.`,
      remedy: `Try again; operator: see the network and DNS of the instance.`,
    },
    AUTH_ERROR: {
      ...transient,
      recoverable: false,
      retryable: false,
      level: 'fatal',
      message: `${noun} is not available at the moment. We have been informed.`,
      cause: `${vendor} does not accept our credentials.`,
      remedy: `Operator: replace ${credentials}; nothing works before.`,
    },
    RATE_LIMITED: {
      ...transient,
      level: 'warn',
      message: `${noun} is very busy. Please try again shortly.`,
      cause: `${vendor} limits how often we may call it.`,
      remedy: `Wait for \`details.retry_after\` seconds; operator: ask ${vendor} for a higher limit if it lasts.`,
    },
    UNAVAILABLE: {
      ...transient,
      level: 'warn',
      message: tryAgain,
      cause: `Calls to ${vendor} failed one after another; the circuit breaker is open and refuses further ones.`,
      remedy: 'Wait for `details.retry_after` seconds; operator: the circuit closes by itself, or reset it.',
    },
  } as const satisfies Record<FamilySuffix, ServiceEntry>;
  const named: Record<string, ServiceEntry> = Object.fromEntries(
    Object.entries(entries).map(([suffix, entry]) => [`${prefix}_${suffix}`, entry]),
  );
  return named as Family<Prefix>;
}

/** Services of others: Stripe, Google Cloud Storage and SendGrid, and what storing and mailing mean on top of them. */
export const EXTERNAL_SERVICE_ERRORS = {
  ...family('STRIPE', { noun: 'The payment service', vendor: 'Stripe', credentials: '`STRIPE_SECRET_KEY`' }),
  ...family('GCS', { noun: 'The file storage', vendor: 'Google Cloud Storage', credentials: 'the GCS credentials' }),
  ...family('SENDGRID', { noun: 'The mail service', vendor: 'SendGrid', credentials: '`SENDGRID_API_KEY`' }),
  STRIPE_REQUEST_FAILED: {
    status: 503,
    message: 'The payment service could not complete the request. Please start the payment again.',
    recoverable: true,
    retryable: false,
    level: 'error',
    details: RETRY_AFTER,
    cause: 'Stripe answered with an error of its own and said that repeating the same request is of no use.',
    remedy: 'Start a new payment; operator: see the status page of Stripe.',
  },
  STORAGE_ERROR: {
    status: 503,
    message: 'The file could not be stored or read. Please try again shortly.',
    recoverable: true,
    retryable: true,
    level: 'error',
    details: RETRY_AFTER,
    cause: 'Neither the object storage nor the local fallback could complete the operation.',
    remedy: 'Try again; operator: see the health of storage and the disk of the fallback directory.',
  },
  STORAGE_QUOTA_EXCEEDED: {
    status: 503,
    message: 'Our storage is full at the moment. Please try again later.',
    recoverable: true,
    retryable: true,
    level: 'error',
    details: RETRY_AFTER,
    cause: 'The quota of the bucket, or the disk of the fallback directory, is used up.',
    remedy: 'Try again later; operator: raise the quota or free space below `STORAGE_FALLBACK_DIR`.',
  },
  STORAGE_PERMISSION_DENIED: {
    status: 503,
    message: 'The file storage is not available at the moment. We have been informed.',
    recoverable: false,
    retryable: false,
    level: 'fatal',
    details: RETRY_AFTER,
    cause: 'Our account may not read or write the bucket, or the process may not write the fallback directory.',
    remedy: 'Operator: correct the permissions of the service account or of the directory.',
  },
  STORAGE_REQUEST_REJECTED: {
    status: 503,
    message: 'The file could not be stored or read. We have been informed.',
    recoverable: false,
    retryable: false,
    level: 'error',
    details: RETRY_AFTER,
    cause: 'Google Cloud Storage refuses the request itself (4xx); the same request would be refused again.',
    remedy: 'Operator: see the log for its reason; the bucket may not exist or may demand other settings.',
  },
  STORAGE_OBJECT_NOT_FOUND: {
    status: 404,
    message: 'This file was not found.',
    recoverable: false,
    retryable: false,
    level: 'warn',
    details: {},
    cause: 'The object is in none of the places where it could be.',
    remedy: 'Operator: see whether it was deleted by hand.',
  },
  STORAGE_OBJECT_ELSEWHERE: {
    status: 503,
    message: 'This file is being moved. Please try again shortly.',
    recoverable: true,
    retryable: true,
    level: 'warn',
    details: RETRY_AFTER,
    cause: 'The object waits in the fallback directory of another instance, and is not in object storage yet.',
    remedy: 'Try again; operator: give the instances one shared `STORAGE_FALLBACK_DIR`, or see why replication waits.',
  },
  STORAGE_CHECKSUM_MISMATCH: {
    status: 503,
    message: 'The file was damaged on the way. Please try again shortly.',
    recoverable: true,
    retryable: true,
    level: 'error',
    details: RETRY_AFTER,
    cause: 'The CRC32C of what was written or read is not that of the original.',
    remedy: 'Try again; operator: see disk and network of the instance.',
  },
  EMAIL_ERROR: {
    status: 503,
    message: 'The e-mail could not be sent yet. We keep trying.',
    recoverable: true,
    retryable: true,
    level: 'error',
    details: RETRY_AFTER,
    cause: 'The mail service did not take the message for a reason that has no code of its own.',
    remedy: 'Nothing: it stays in the outbox and is tried again for 72 hours.',
  },
  EMAIL_RATE_LIMITED: {
    status: 503,
    message: 'The mail service is very busy. We keep trying.',
    recoverable: true,
    retryable: true,
    level: 'warn',
    details: RETRY_AFTER,
    cause: 'The mail service limits how many messages we may send.',
    remedy: 'Nothing: it is sent when the limit allows; operator: raise the limit if it lasts.',
  },
  EMAIL_ADDRESS_REJECTED: {
    status: 422,
    message: 'This e-mail address does not accept messages.',
    recoverable: true,
    retryable: false,
    level: 'warn',
    details: { field: 'field the mail service complains about' },
    cause: 'The mail service refuses the address for good.',
    remedy: 'Correct the address of the account, then have the e-mail sent again.',
  },
  EMAIL_CONTENT_REJECTED: {
    status: 422,
    message: 'This e-mail could not be sent.',
    recoverable: false,
    retryable: false,
    level: 'error',
    details: { field: 'field the mail service complains about' },
    cause: 'The mail service refuses the message itself: sender, subject, content or size.',
    remedy: 'Operator: the log line has the field; usually the sender is not verified, or a template is wrong.',
  },
} as const satisfies CatalogueGroup;
