import { Injectable } from '@nestjs/common';

/** The parts the public health check reports, each really looked at. */
export type CheckName = 'database' | 'queue' | 'storage' | 'email' | 'payments' | 'rendering';

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
