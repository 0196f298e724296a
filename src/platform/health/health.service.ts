import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { ApiError, translateError } from '../errors/index.js';
import {
  type CheckName,
  type CheckResult,
  type HealthCheck,
  HealthCheckRegistry,
  type OverallStatus,
} from './health-check-registry.js';

/** What this process cannot do without: when one of these is down it takes no traffic. */
const ESSENTIAL: ReadonlySet<CheckName> = new Set(['database', 'queue']);

const CHECK_LIMIT_MS = 2_000;

/** The page is public: however often it is loaded, each part is looked at this seldom. */
const FRESH_MS = 1_000;

export interface HealthReport {
  readonly status: OverallStatus;
  readonly checks: Readonly<Record<string, unknown>>;
}

/** Looks at the parts of the product and says what that means for traffic. */
@Injectable()
export class HealthService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(HealthService.name);
  private readonly recent = new Map<CheckName, { readonly untilMs: number; readonly result: Promise<CheckResult> }>();
  private phase: 'starting' | 'running' | 'draining' = 'starting';

  constructor(
    private readonly registry: HealthCheckRegistry,
    private readonly indicators: HealthIndicatorService,
  ) {}

  onApplicationBootstrap(): void {
    this.phase = 'running';
  }

  onModuleDestroy(): void {
    this.phase = 'draining';
  }

  /** @throws ApiError `SERVICE_UNAVAILABLE` until every module has started. */
  assertStarted(): void {
    if (this.phase === 'starting') throw unavailable('starting', {});
  }

  /**
   * What Kubernetes asks before it sends traffic: database and queue, nothing of third parties.
   * @throws ApiError `SERVICE_UNAVAILABLE` with `details.reason` `starting`, `draining` or `checks_failed`.
   */
  async assertReady(): Promise<HealthReport> {
    if (this.phase !== 'running') throw unavailable(this.phase, {});
    const report = await this.report((name) => ESSENTIAL.has(name));
    if (report.status === 'down') throw unavailable('checks_failed', report.checks);
    return report;
  }

  /** All parts. A third party that is down makes the whole degraded; database or queue make it down. */
  async report(includes: (name: CheckName) => boolean = () => true): Promise<HealthReport> {
    const entries = this.registry.entries().filter(([name]) => includes(name));
    const results = await Promise.all(
      entries.map(async ([name, check]) => [name, await this.recentOrNew(name, check)] as const),
    );
    const indicators = results.map(([name, result]) => this.indicator(name, result));
    return { status: overall(results), checks: Object.assign({}, ...indicators) as Record<string, unknown> };
  }

  private indicator(name: CheckName, result: CheckResult): HealthIndicatorResult {
    const session = this.indicators.check(name);
    const { details = {} } = result;
    switch (result.status) {
      case 'up':
        return session.up(details);
      case 'degraded':
        return session.degraded({ reason: result.reason, ...details });
      case 'down':
        return session.down({ reason: result.reason, ...details });
    }
  }

  private async recentOrNew(name: CheckName, check: HealthCheck): Promise<CheckResult> {
    const known = this.recent.get(name);
    if (known !== undefined && performance.now() < known.untilMs) return await known.result;
    const result = this.look(name, check);
    // Concurrent callers share one look; it is fresh for a moment after it has ended.
    this.recent.set(name, { untilMs: Infinity, result });
    const found = await result;
    this.recent.set(name, { untilMs: performance.now() + FRESH_MS, result });
    return found;
  }

  private async look(name: CheckName, check: HealthCheck): Promise<CheckResult> {
    const controller = new AbortController();
    const { promise: late, resolve } = Promise.withResolvers<CheckResult>();
    const timer = setTimeout(() => {
      controller.abort();
      resolve({ status: 'down', reason: `No answer within ${CHECK_LIMIT_MS} ms` });
    }, CHECK_LIMIT_MS);
    try {
      return await Promise.race([check(controller.signal), late]);
    } catch (error) {
      const { code } = translateError(error);
      this.logger.warn({ msg: 'A health check failed', check: name, err: error });
      return { status: 'down', reason: code };
    } finally {
      clearTimeout(timer);
    }
  }
}

function overall(results: readonly (readonly [CheckName, CheckResult])[]): OverallStatus {
  if (results.some(([name, { status }]) => status === 'down' && ESSENTIAL.has(name))) return 'down';
  return results.every(([, { status }]) => status === 'up') ? 'up' : 'degraded';
}

function unavailable(reason: string, checks: Readonly<Record<string, unknown>>): ApiError {
  return new ApiError('SERVICE_UNAVAILABLE', { details: { reason, checks, retry_after: 5 } });
}
