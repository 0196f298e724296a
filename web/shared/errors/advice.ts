import type { ErrorCode } from '../../generated/api.ts';
import type { Failure } from '../api/failure.ts';
import type { Wording, Words } from './wording.ts';

/** What helps after a failure. `wait` tries again by itself. */
export type Remedy = 'retry' | 'wait' | 'sign-in' | 'other-card' | 'other-file' | 'other-choice' | 'report' | 'none';

/** A failure in words for the person in front of it. */
export interface Advice {
  readonly title: string;
  /** What happened. */
  readonly message: string;
  /** What to do now. */
  readonly hint: string;
  readonly remedy: Remedy;
  /** Seconds after which the page tries again by itself; null when it does not. */
  readonly retryInSeconds: number | null;
  /** What to quote to support; null where no request of ours was answered. */
  readonly requestId: string | null;
}

/** How often an unreachable server is tried. */
const UNREACHABLE_RETRY_SECONDS = 5;
const FOREIGN_RETRY_SECONDS = 10;

/** Of codes that mean the same to everybody. */
const WORDS: Partial<Record<ErrorCode, Words>> = {
  AUTHENTICATION_FAILED: {
    title: 'That did not match',
    hint: 'Check both, or set a new password.',
    remedy: 'other-choice',
  },
  INVALID_TOKEN: { title: 'Please sign in again', hint: 'Your work on this page is kept.', remedy: 'sign-in' },
  TOKEN_EXPIRED: { title: 'Please sign in again', hint: 'Your work on this page is kept.', remedy: 'sign-in' },
  TOKEN_REVOKED: { title: 'Please sign in again', hint: 'Your work on this page is kept.', remedy: 'sign-in' },
  UNAUTHORIZED: { title: 'Please sign in', hint: 'Your work on this page is kept.', remedy: 'sign-in' },
  ACCESS_DENIED: { title: 'Not for this account', hint: 'Sign in with another account.', remedy: 'none' },
  EMAIL_ALREADY_REGISTERED: {
    title: 'You have an account already',
    hint: 'Sign in with this address, or set a new password.',
    remedy: 'other-choice',
  },
  VALIDATION_ERROR: { title: 'Something is missing', hint: 'Please correct what is marked.', remedy: 'other-choice' },
  RATE_LIMIT_EXCEEDED: { title: 'One moment', hint: 'That was a lot at once.', remedy: 'wait' },
  TOO_MANY_REQUESTS: { title: 'One moment', hint: 'That was a lot at once.', remedy: 'wait' },
};

/** Says what happened and what to do now, in the page's wording. Pure; total over everything that can fail. */
export function adviceFor(failure: Failure, wording: Wording): Advice {
  switch (failure.kind) {
    case 'unreachable':
      return {
        title: 'No connection',
        message: 'We cannot be reached at the moment.',
        hint: 'Check your connection. Nothing is lost, and this page goes on by itself.',
        remedy: 'wait',
        retryInSeconds: UNREACHABLE_RETRY_SECONDS,
        requestId: null,
      };
    case 'foreign':
      return {
        title: 'Back in a moment',
        message: 'Something between you and us did not answer as expected.',
        hint: 'Nothing is lost, and this page tries again by itself.',
        remedy: 'wait',
        retryInSeconds: FOREIGN_RETRY_SECONDS,
        requestId: null,
      };
    case 'defect':
      return {
        title: 'That is our fault',
        message: 'Something went wrong in this page.',
        hint: 'Nothing is lost. Try again, or load the page again.',
        remedy: 'retry',
        retryInSeconds: null,
        requestId: null,
      };
    case 'answered': {
      const { title, hint, remedy } =
        wording.codes[failure.code] ?? WORDS[failure.code] ?? usualWords(failure, wording);
      return {
        title,
        message: failure.message,
        hint,
        remedy,
        retryInSeconds: remedy === 'wait' ? failure.retryAfterSeconds : null,
        requestId: failure.requestId,
      };
    }
  }
}

function usualWords({ status, recoverable }: Extract<Failure, { readonly kind: 'answered' }>, wording: Wording): Words {
  if (status === 429 || status === 503) return { ...wording.away, remedy: 'wait' };
  if (recoverable) return { title: 'That did not work', hint: 'Please try again.', remedy: 'retry' };
  return { ...(status >= 500 ? wording.fault : wording.refusal), remedy: 'report' };
}
