import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CAPTURE_PROVIDERS } from './capture/capture.providers.js';
import { MonitoringEvents } from './capture/monitoring-events.js';
import { ErrorCountDay, ErrorCountHour, ErrorCountMinute, ErrorCountSecond } from './entities/error-counts.entity.js';
import { ErrorEvent } from './entities/error-event.entity.js';
import { ErrorGroupRelease } from './entities/error-group-release.entity.js';
import { ErrorGroupUser } from './entities/error-group-user.entity.js';
import { ErrorGroup } from './entities/error-group.entity.js';
import { ErrorWriter } from './entities/error-writer.entity.js';
import { RequestStep } from './entities/request-step.entity.js';
import { RequestCountHour, RequestCountMinute, RequestCountSecond } from './entities/request-counts.entity.js';
import { GroupRegister } from './grouping/group-register.js';
import { CaptureReport } from './statistics/capture-report.js';
import { ERROR_COUNTS } from './statistics/error-counts.port.js';
import { ErrorStatistics } from './statistics/error-statistics.js';
import { GroupCourses } from './statistics/group-courses.js';
import { MonitoringRetention } from './statistics/monitoring-retention.js';
import { RecentErrors } from './statistics/recent-errors.js';
import { SqlErrorCounts } from './statistics/sql-error-counts.js';
import { StepRecorder } from './story/step-recorder.js';

const ENTITIES = [
  ErrorCountDay,
  ErrorCountHour,
  ErrorCountMinute,
  ErrorCountSecond,
  ErrorEvent,
  ErrorGroup,
  ErrorGroupRelease,
  ErrorGroupUser,
  ErrorWriter,
  RequestCountHour,
  RequestCountMinute,
  RequestCountSecond,
  RequestStep,
];

/**
 * What an operator sees of everything that goes wrong. Global for its place in the order of shutdown, not to be imported:
 * nobody but the composition root knows it.
 */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature(ENTITIES)],
  providers: [
    MonitoringEvents,
    ...CAPTURE_PROVIDERS,
    { provide: ERROR_COUNTS, useClass: SqlErrorCounts },
    CaptureReport,
    ErrorStatistics,
    GroupCourses,
    GroupRegister,
    MonitoringRetention,
    RecentErrors,
    StepRecorder,
  ],
  exports: [ERROR_COUNTS, CaptureReport, ErrorStatistics, GroupCourses, GroupRegister, RecentErrors],
})
export class AdminMonitoringModule {}
