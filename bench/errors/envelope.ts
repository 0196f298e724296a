import { randomUUID } from 'node:crypto';

/** The same failures as the product's, for those who stand beside it. */
export class Failure extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const notFound = (): Failure => new Failure(404, 'NOT_FOUND', 'The requested resource was not found.');
export const unauthorized = (): Failure => new Failure(401, 'UNAUTHORIZED', 'You need to sign in to do this.');

/** The product's envelope. */
export function envelopeOf({ code, message }: Failure, requestId: string): object {
  const timestamp = new Date().toISOString();
  return { error: { code, message, details: { request_id: requestId }, timestamp, recoverable: true } };
}

export const newRequestId = (): string => randomUUID();
