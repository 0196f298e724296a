import type { ErrorEvent } from '../entities/error-event.entity.js';
import type { ErrorGroup } from '../entities/error-group.entity.js';
import type { GroupDetail } from '../grouping/group-register.js';
import type { CaptureReportResult } from '../statistics/capture-report.js';
import type { RequestTotals } from '../statistics/error-counts.port.js';
import type { ErrorStatisticsResult } from '../statistics/error-statistics.js';
import type { RecentError, RecentErrorPage } from '../statistics/recent-errors.js';
import type { ErrorGroupView, GroupReleaseView } from './dto/error-groups.response.js';
import type { ErrorSeries, ErrorStatisticsView } from './dto/error-statistics.response.js';
import type { ErrorEventDetail, ErrorListItem, RecentErrors } from './dto/recent-errors.response.js';

export function wireErrorPage({ source, errors, nextCursor }: RecentErrorPage): RecentErrors {
  return { source, errors: errors.map(wireError), next_cursor: nextCursor };
}

export function wireError(error: RecentError): ErrorListItem {
  return fieldsOf(error);
}

function fieldsOf(error: RecentError) {
  return {
    id: error.id,
    group_id: error.groupId,
    occurred_at: error.occurredAt.toISOString(),
    level: error.level,
    code: error.code,
    message: error.message,
    status: error.status,
    service: error.service,
    operation: error.operation,
    endpoint: error.endpoint,
    request_id: error.requestId,
    user_id: error.userId,
    job_id: error.jobId,
    queue_job_id: error.queueJobId,
    instance: error.instance,
    release: error.release,
  };
}

export function wireEvent(event: Readonly<ErrorEvent>): ErrorEventDetail {
  return { ...fieldsOf(event), chain: event.chain, breadcrumb: event.breadcrumb };
}

export function wireGroup(group: ErrorGroup): ErrorGroupView {
  return {
    id: group.id,
    fingerprint_version: group.fingerprintVersion,
    code: group.code,
    error_class: group.errorClass,
    service: group.service,
    operation: group.operation,
    title: group.title,
    level: group.level,
    state: group.state,
    ignore_until: wireTime(group.ignoreUntil),
    ignore_until_count: group.ignoreUntilCount === null ? null : Number(group.ignoreUntilCount),
    first_seen_at: group.firstSeenAt.toISOString(),
    last_seen_at: group.lastSeenAt.toISOString(),
    count: Number(group.count),
    users_affected: group.usersAffected,
    first_release: group.firstRelease,
    last_release: group.lastRelease,
    resolved_at: wireTime(group.resolvedAt),
    regressed_at: wireTime(group.regressedAt),
  };
}

export function wireReleases({ releases }: GroupDetail): readonly GroupReleaseView[] {
  return releases.map(({ release, firstSeenAt, lastSeenAt, count }) => ({
    release,
    first_seen_at: firstSeenAt.toISOString(),
    last_seen_at: lastSeenAt.toISOString(),
    count: Number(count),
  }));
}

export function wireSeries({ unit, points }: ErrorStatisticsResult['series']): ErrorSeries {
  return { unit, points: points.map(({ at, count }) => ({ at: at.toISOString(), count })) };
}

export function wireStatistics(
  errors: ErrorStatisticsResult,
  requests: RequestTotals,
  capture: CaptureReportResult,
): ErrorStatisticsView {
  const patterns = errors.patterns.map(({ endpoint, code, count }) => [`${endpoint}:${code}`, count] as const);
  return {
    from: errors.from.toISOString(),
    to: errors.to.toISOString(),
    total_errors: errors.totalErrors,
    error_types: Object.fromEntries(errors.types.map(({ code, count }) => [code, count])),
    error_patterns: Object.fromEntries(patterns),
    top_error_type: errors.types[0]?.code ?? null,
    most_frequent_pattern: patterns[0]?.[0] ?? null,
    series: wireSeries(errors.series),
    trend: { previous_errors: errors.previousErrors, change: errors.trend },
    services: errors.services,
    releases: errors.releases,
    levels: errors.levels,
    groups: errors.groups.map(({ groupId, count }) => ({ group_id: groupId, count })),
    requests: {
      total: requests.total,
      client_errors: requests.clientErrors,
      server_errors: requests.serverErrors,
    },
    capture: {
      outage_since: wireTime(capture.outageSince),
      spooled_bytes: capture.spooledBytes,
      dropped_events: capture.droppedEvents,
      dropped_errors: capture.droppedErrors,
    },
  };
}

function wireTime(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
