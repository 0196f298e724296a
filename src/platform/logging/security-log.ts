import { Injectable, Logger } from '@nestjs/common';

/** What the security log knows; a new kind of event is one entry. */
export type SecurityEventType =
  | 'login_succeeded'
  | 'login_failed'
  | 'account_locked'
  | 'token_misuse'
  | 'password_changed'
  | 'password_reset'
  | 'email_changed'
  | 'admin_change'
  | 'access_denied'
  | 'rate_limit_hit'
  | 'webhook_signature_failed'
  | 'upload_refused';

const ROUTINE: ReadonlySet<SecurityEventType> = new Set([
  'login_succeeded',
  'password_changed',
  'email_changed',
  'admin_change',
]);

/** Writes what an auditor asks for; its lines also go to `security.log`. */
@Injectable()
export class SecurityLog {
  private readonly logger = new Logger(SecurityLog.name);

  /**
   * @param type kind of event
   * @param message what happened, in one sentence without personal data
   * @param fields further facts, snake_case; redacted like every line
   */
  event(type: SecurityEventType, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const line = { ...fields, log: 'security', event_type: type, msg: message };
    if (ROUTINE.has(type)) this.logger.log(line);
    else this.logger.warn(line);
  }
}
