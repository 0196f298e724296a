export { DeadMails } from './dead-mails.js';
export { EmailModule } from './email.module.js';
export { EmailOperations } from './email-operations.js';
export { EmailOutbox } from './email-outbox.js';
export { Email, type EmailStatus } from './entities/email.entity.js';
export type { MailContent } from './templates/mail-data.js';
