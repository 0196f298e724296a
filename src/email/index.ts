export { DeadMails } from './dead-mails.js';
export { EmailModule } from './email.module.js';
export { EmailOutbox } from './email-outbox.js';
export { Email } from './entities/email.entity.js';
export type { MailContent } from './templates/mail-data.js';
