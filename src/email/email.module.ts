import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { HealthModule } from '../platform/health/index.js';
import { DeadMails } from './dead-mails.js';
import { SendgridDriver } from './drivers/sendgrid.driver.js';
import { EmailClaims } from './email-claims.js';
import { EmailDispatcher } from './email-dispatcher.js';
import { EmailHealth } from './email-health.js';
import { EmailJobs } from './email-jobs.js';
import { EmailOperations } from './email-operations.js';
import { EmailOutbox } from './email-outbox.js';
import { EmailSweep } from './email-sweep.js';
import { Email } from './entities/email.entity.js';
import { MailDelivery } from './mail-delivery.js';
import { MAIL_SENDER, type MailSender } from './ports/mail-sender.port.js';

/** The outbox and what empties it. */
@Module({
  imports: [TypeOrmModule.forFeature([Email]), HealthModule],
  providers: [
    {
      provide: MAIL_SENDER,
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig): MailSender => new SendgridDriver(config.sendgrid),
    },
    EmailOperations,
    EmailOutbox,
    EmailClaims,
    MailDelivery,
    EmailDispatcher,
    EmailSweep,
    EmailJobs,
    EmailHealth,
    DeadMails,
  ],
  exports: [EmailOperations, DeadMails, EmailOutbox],
})
export class EmailModule {}
