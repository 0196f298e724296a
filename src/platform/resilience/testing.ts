import type { ServiceName } from '../../config/index.js';
import { translateError } from '../errors/index.js';
import type { ExecuteOptions, PolicyOverride, PolicySnapshot, ServicePolicy } from './service-policy.js';
import type { AttemptContext } from './service-policy.js';

/** A policy for unit tests of features: calls the work once, with the fallback if there is one, and keeps no state. */
export function passThroughPolicy(service: ServiceName): ServicePolicy {
  return {
    service,
    state: 'closed',
    async execute<T>(
      _operation: string,
      work: (context: AttemptContext) => Promise<T>,
      options: ExecuteOptions<T> = {},
    ): Promise<T> {
      try {
        return await work({ signal: options.signal ?? new AbortController().signal, attempt: 1 });
      } catch (error) {
        if (options.signal?.aborted === true) throw error;
        const translated = translateError(error);
        if (options.fallback === undefined) throw translated;
        return await options.fallback(translated);
      }
    },
    refusal: () => null,
    snapshot: (): PolicySnapshot => ({
      service,
      state: 'closed',
      failureCount: 0,
      lastFailureAt: null,
      lastFailureCode: null,
      nextAttemptAt: null,
      override: null,
      activeCalls: 0,
      queuedCalls: 0,
    }),
    reset: (): void => undefined,
    isolate: (_options?: Omit<PolicyOverride, 'mode'>): void => undefined,
    disable: (_options?: Omit<PolicyOverride, 'mode'>): void => undefined,
  };
}
