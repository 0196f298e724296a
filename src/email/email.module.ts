import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EmailOutbox } from './email-outbox.js';
import { Email } from './entities/email.entity.js';

/** The outbox and what empties it. */
@Module({
  imports: [TypeOrmModule.forFeature([Email])],
  providers: [EmailOutbox],
  exports: [EmailOutbox],
})
export class EmailModule {}
