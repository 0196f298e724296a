import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth/index.js';
import { AuditModule } from '../audit/audit.module.js';
import { CircuitBreakersController } from './circuit-breakers.controller.js';
import { CircuitControl } from './circuit-control.js';

/** The circuits of all instances: what they do, and what administrators order them to do. */
@Module({
  imports: [AuthModule, AuditModule],
  controllers: [CircuitBreakersController],
  providers: [CircuitControl],
})
export class FleetModule {}
