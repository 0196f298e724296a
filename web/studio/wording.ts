import type { Wording } from '../shared/errors/wording.ts';

const OTHER_FILE = { title: 'This track cannot be used', remedy: 'other-file' } as const;
const OTHER_CARD = { title: 'The payment did not go through', remedy: 'other-card' } as const;

/** How the studio speaks of failures: to customers, about their track, their payment and their video. */
export const CUSTOMER_WORDING: Wording = {
  codes: {
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
  },
  away: { title: 'Back in a moment', hint: 'Nothing is lost, and your credit is safe.' },
  fault: {
    title: 'That is our fault',
    hint: 'We are on it, and your credit is safe. If it lasts, tell us the number below.',
  },
  refusal: { title: 'That is not possible', hint: 'If you did not expect this, tell us the number below.' },
};
