import type { ApiError, ErrorContext } from '../../platform/errors/index.js';

/** Code → the dependency it speaks of, where the code alone says so. */
const SERVICE_OF_PREFIX: readonly (readonly [RegExp, string])[] = [
  [/^STRIPE_/, 'stripe'],
  [/^GCS_|^STORAGE_/, 'gcs'],
  [/^SENDGRID_|^EMAIL_(?:ERROR|RATE_LIMITED|ADDRESS_REJECTED|CONTENT_REJECTED)$/, 'sendgrid'],
  [/^RENDERING_|^FFMPEG_/, 'rendering'],
  [/^DATABASE_/, 'postgres'],
];

const serviceOfCode = new Map<string, string | undefined>();

/** The dependency an error is about: what its context says, else what its code says. */
export function serviceOf({ code }: ApiError, context: ErrorContext): string | undefined {
  if (context.service !== undefined) return context.service;
  if (!serviceOfCode.has(code)) {
    serviceOfCode.set(code, SERVICE_OF_PREFIX.find(([pattern]) => pattern.test(code))?.[1]);
  }
  return serviceOfCode.get(code);
}

/** What the error happened at, never empty: the route, else the job, else the kind of work. */
export function endpointOf({ endpoint, kind, operation }: ErrorContext): string {
  if (endpoint !== undefined) return endpoint;
  switch (kind) {
    case 'request':
      return '(unparsed)';
    case 'job':
      return operation === undefined ? 'job' : `job ${operation}`;
    case 'process':
    case 'browser':
      return kind;
  }
}
