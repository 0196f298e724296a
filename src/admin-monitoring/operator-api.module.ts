import { Module } from '@nestjs/common';
import { AlertsModule } from './alerts/alerts.module.js';
import { ErrorsApiModule } from './api/errors-api.module.js';
import { AuditModule } from './audit/audit.module.js';
import { FleetModule } from './fleet/fleet.module.js';
import { LiveModule } from './live/live.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { StoryModule } from './story/story.module.js';

/** What administrators can look at and do. It comes after the features, because it shows all of them. */
@Module({
  imports: [AlertsModule, AuditModule, ErrorsApiModule, FleetModule, LiveModule, OperationsModule, StoryModule],
})
export class OperatorApiModule {}
