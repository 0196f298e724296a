/** Injection token of the {@link MailSender}. */
export const MAIL_SENDER = Symbol('MailSender');

/** A finished mail. */
export interface MailMessage {
  /** Our own id; travels with the message, so that it can be found again. */
  readonly emailId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly category: string;
}

/** Whether a message was accepted before; `unknown` where the account has no way to look. */
export type MailLookup =
  { readonly state: 'accepted'; readonly messageId: string | null } | { readonly state: 'not_found' | 'unknown' };

/** Who delivers mail. All methods throw translated `ApiError`s and stop when `signal` aborts. */
export interface MailSender {
  /**
   * Hands the message over; accepted is not delivered.
   *
   * @throws ApiError `EMAIL_ADDRESS_REJECTED`, `EMAIL_CONTENT_REJECTED` (for good); `EMAIL_RATE_LIMITED`,
   *   `SENDGRID_*` (may succeed later)
   */
  send(message: MailMessage, signal: AbortSignal): Promise<{ readonly messageId: string | null }>;

  /** Looks for a message whose answer was lost. */
  find(emailId: string, signal: AbortSignal): Promise<MailLookup>;

  /** Resolves when the service answers and accepts our credentials. */
  ping(signal: AbortSignal): Promise<void>;
}
