import { createHash, createHmac, randomBytes } from 'node:crypto';

/** 256 random bits for a link or a refresh token: beyond guessing, so a plain hash of it is enough at rest. */
export function newSecretToken(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 in hex, the form in which tokens (and addresses of the login throttle) are stored. */
export function sha256Hex(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

/** The token that follows on this one, the same each time it is asked for; without the secret as far beyond guessing as a new one. */
export function successorToken(token: string, secret: string): string {
  return createHmac('sha256', secret).update(`successor of refresh token ${token}`).digest('base64url');
}
