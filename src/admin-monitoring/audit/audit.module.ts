import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../../auth/index.js';
import { AuditController } from './audit.controller.js';
import { AuditEntry } from './audit-entry.entity.js';
import { AuditReader } from './audit-reader.js';
import { AuditTrail } from './audit-trail.js';

/** The record of what administrators change. Whoever changes something imports it. */
@Module({
  imports: [AuthModule, TypeOrmModule.forFeature([AuditEntry])],
  controllers: [AuditController],
  providers: [AuditReader, AuditTrail],
  exports: [AuditReader, AuditTrail],
})
export class AuditModule {}
