import type { ErrorCode } from '../../generated/api.ts';
import type { Failure } from '../api/failure.ts';

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

const OTHER_FILE = { title: 'This track cannot be used', remedy: 'other-file' } as const;
const OTHER_CARD = { title: 'The payment did not go through', remedy: 'other-card' } as const;

interface Words {
  readonly title: string;
  readonly hint: string;
  readonly remedy: Remedy;
}

/** Codes about which there is more to say than their status and `recoverable` do. */
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
  PAYMENT_ERROR: { ...OTHER_CARD, hint: 'Try again, or use another card.' },
  PAYMENT_DECLINED: { ...OTHER_CARD, hint: 'Use another card, or ask your bank.' },
  STRIPE_CARD_ERROR: { ...OTHER_CARD, hint: 'Use another card, or ask your bank.' },
  STRIPE_ERROR: { ...OTHER_CARD, hint: 'Try again, or use another card.' },
  PAYMENT_REQUIRED: {
    title: 'Not paid yet',
    hint: 'Finish the payment, then make the video.',
    remedy: 'other-choice',
  },
  PAYMENT_ALREADY_USED: {
    title: 'Already used',
    hint: 'Look at the video it paid for, or pay for another one.',
    remedy: 'other-choice',
  },
  SESSION_EXPIRED: { title: 'The checkout has expired', hint: 'Start the payment again.', remedy: 'retry' },
  FILE_ERROR: { title: 'The upload broke off', hint: 'Send the track again.', remedy: 'retry' },
  NO_AUDIO_FILE: { ...OTHER_FILE, title: 'No track chosen', hint: 'Choose an audio file first.' },
  FILE_VALIDATION_ERROR: { ...OTHER_FILE, hint: 'Export it again as MP3, WAV, M4A, AAC, FLAC or OGG.' },
  UNSUPPORTED_MEDIA_TYPE: { ...OTHER_FILE, hint: 'Export it as MP3, WAV, M4A, AAC, FLAC or OGG.' },
  FILE_TOO_SMALL: { ...OTHER_FILE, hint: 'Check that your export was complete.' },
  FILE_TOO_LARGE: { ...OTHER_FILE, hint: 'Use MP3 or M4A instead of WAV, or a shorter track: up to 50 MB.' },
  AUDIO_TRACK_MISSING: { ...OTHER_FILE, hint: 'Export the track again with sound.' },
  AUDIO_CORRUPT: { ...OTHER_FILE, hint: 'Export the track again and choose the new file.' },
  AUDIO_TOO_SHORT: { ...OTHER_FILE, hint: 'Choose a track of at least one second.' },
  AUDIO_TOO_LONG: { ...OTHER_FILE, hint: 'Shorten the track, or choose a larger plan.' },
  RENDERING_INPUT_REFUSED: { ...OTHER_FILE, hint: 'Export it in another format; your credit is yours again.' },
  RENDERING_UNAVAILABLE: { title: 'Rendering is paused', hint: 'Your credit is safe.', remedy: 'wait' },
  DOWNLOAD_EXPIRED: {
    title: 'This video is no longer kept',
    hint: 'Videos are kept for 30 days. Make it again from the same track.',
    remedy: 'none',
  },
  JOB_CANCELLED: { title: 'Cancelled', hint: 'Your credit is yours again.', remedy: 'other-choice' },
  JOB_NOT_FOUND: { title: 'Not here', hint: 'Look through your videos.', remedy: 'none' },
  RATE_LIMIT_EXCEEDED: { title: 'One moment', hint: 'That was a lot at once.', remedy: 'wait' },
  TOO_MANY_REQUESTS: { title: 'One moment', hint: 'That was a lot at once.', remedy: 'wait' },
};

/** Says what happened and what to do now. Pure; total over everything that can fail. */
export function adviceFor(failure: Failure): Advice {
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
      const { title, hint, remedy } = WORDS[failure.code] ?? usualWords(failure);
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

function usualWords({ status, recoverable }: Extract<Failure, { readonly kind: 'answered' }>): Words {
  if (status === 429 || status === 503) {
    return { title: 'Back in a moment', hint: 'Nothing is lost, and your credit is safe.', remedy: 'wait' };
  }
  if (recoverable) return { title: 'That did not work', hint: 'Please try again.', remedy: 'retry' };
  if (status >= 500) {
    return {
      title: 'That is our fault',
      hint: 'We are on it, and your credit is safe. If it lasts, tell us the number below.',
      remedy: 'report',
    };
  }
  return {
    title: 'That is not possible',
    hint: 'If you did not expect this, tell us the number below.',
    remedy: 'report',
  };
}
