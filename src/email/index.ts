export { EmailModule } from './email.module.js';
export { EmailOutbox, type OutgoingMail } from './email-outbox.js';
export { Email, type EmailStatus } from './entities/email.entity.js';
export type { MailContent, MailData, MailTemplate } from './templates/mail-data.js';
