import { ValidationError } from '../../platform/errors/index.js';

const FORM = /^(\d{1,15})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The last row of a page, by what pages are ordered by: a time and, among rows of the same millisecond, an id. */
export interface KeysetPosition {
  readonly at: Date;
  readonly id: string;
}

/** Opaque to whoever pages on. */
export function encodeCursor({ at, id }: KeysetPosition): string {
  return Buffer.from(`${at.getTime()}_${id}`).toString('base64url');
}

/** @throws ValidationError when it is none of ours. */
export function decodeCursor(cursor: string): KeysetPosition {
  const [, ms, id] = FORM.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (ms === undefined || id === undefined) {
    throw new ValidationError({ field: 'cursor', message: 'cursor is not one that a page has given' });
  }
  return { at: new Date(Number(ms)), id };
}
