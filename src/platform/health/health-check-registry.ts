import { Injectable } from '@nestjs/common';

/** The parts the public health check reports, each really looked at. */
export const CHECK_NAMES = ['database', 'queue', 'storage', 'email', 'payments', 'rendering'] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

/** How a part, or all of them together, can be. */
export const CHECK_STATUSES = ['up', 'degraded', 'down'] as const;

export type OverallStatus = (typeof CHECK_STATUSES)[number];

/** What a check found. `degraded`: it works with less, or a third party it needs is down. */
export type CheckResult =
  | { readonly status: 'up'; readonly details?: Readonly<Record<string, unknown>> }
  | {
      readonly status: 'degraded' | 'down';
      /** Why, in words an operator reads; no vendor text, no address, no secret. */
      readonly reason: string;
      readonly details?: Readonly<Record<string, unknown>>;
    };

/** A cheap look at one part. Rejecting means `down`; so does taking longer than two seconds. */
export type HealthCheck = (signal: AbortSignal) => Promise<CheckResult>;

/** Where features register how their part is looked at, in `onModuleInit`. */
@Injectable()
export class HealthCheckRegistry {
  private readonly checks = new Map<CheckName, HealthCheck>();

  /** @throws Error when the part has a check already. */
  register(name: CheckName, check: HealthCheck): void {
    if (this.checks.has(name)) throw new Error(`Health check ${name} is registered twice`);
    this.checks.set(name, check);
  }

  entries(): readonly (readonly [CheckName, HealthCheck])[] {
    return [...this.checks];
  }
}
