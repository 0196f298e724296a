import type { ErrorCode } from '../error-catalogue.js';

/** Connection failures of the operating system, as Node names them. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
]);

const RESOURCE_CODES: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'STORAGE_QUOTA_EXCEEDED',
  EDQUOT: 'STORAGE_QUOTA_EXCEEDED',
  EROFS: 'STORAGE_PERMISSION_DENIED',
  EMFILE: 'SERVICE_UNAVAILABLE',
  ENFILE: 'SERVICE_UNAVAILABLE',
  ENOMEM: 'SERVICE_UNAVAILABLE',
};

export function isNetworkCode(code: unknown): boolean {
  return typeof code === 'string' && NETWORK_CODES.has(code);
}

/**
 * What an untranslated error of the operating system means at the edge. A connection that could not be made is the
 * database's: the drivers of every other dependency translate their own.
 */
export function codeOfSystemError(code: string, syscall: unknown): ErrorCode | undefined {
  if (Object.hasOwn(RESOURCE_CODES, code)) return RESOURCE_CODES[code];
  const connecting = syscall === 'connect' || syscall === 'getaddrinfo';
  return connecting && isNetworkCode(code) ? 'DATABASE_CONNECTION_ERROR' : undefined;
}
