import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../../auth/index.js';
import { AuditModule } from '../audit/audit.module.js';
import { CircuitBreakersController } from './circuit-breakers.controller.js';
import { CircuitControl } from './circuit-control.js';
import { CircuitEventRetention } from './circuit-event-retention.js';
import { CircuitEventWriter } from './circuit-event-writer.js';
import { CircuitEvents } from './circuit-events.js';
import { CircuitEvent } from './entities/circuit-event.entity.js';
import { FleetInstance } from './entities/fleet-instance.entity.js';
import { FleetHealth } from './fleet-health.js';
import { FleetRegister } from './fleet-register.js';
import { Heartbeat } from './heartbeat.js';
import { ServicesHealthController } from './services-health.controller.js';

/** The instances that run, the circuits of all of them, and what administrators order these to do. */
@Module({
  imports: [AuthModule, AuditModule, TypeOrmModule.forFeature([CircuitEvent, FleetInstance])],
  controllers: [CircuitBreakersController, ServicesHealthController],
  providers: [
    CircuitControl,
    CircuitEventRetention,
    CircuitEventWriter,
    CircuitEvents,
    FleetHealth,
    FleetRegister,
    Heartbeat,
  ],
  exports: [CircuitEvents],
})
export class FleetModule {}
