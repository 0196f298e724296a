import { AsyncLocalStorage } from 'node:async_hooks';
import { Inject } from '@nestjs/common';
import type { ServiceName } from '../../config/index.js';
import type { ApiError } from '../errors/index.js';
import { PolicyRegistry } from './policy-registry.js';
import type { AttemptContext, ExecuteOptions } from './service-policy.js';

/** Property under which Nest puts the registry into instances of a decorated class. */
const POLICY_REGISTRY_PROPERTY = Symbol('PolicyRegistry');

const attempts = new AsyncLocalStorage<AttemptContext>();

/** Options of {@link WithErrorRecovery}: those of `execute` that are known beforehand. */
export interface ErrorRecoveryOptions extends Pick<
  ExecuteOptions<unknown>,
  'maxRetries' | 'attemptTimeoutMs' | 'totalTimeoutMs' | 'retrySafe'
> {
  /** Method of the same class that takes over: it gets the arguments of the call and then the error. */
  readonly fallback?: string;
}

type AsyncMethod = (...args: never[]) => Promise<unknown>;

/** The attempt that is running in a method with {@link WithErrorRecovery}; undefined elsewhere. */
export function currentAttempt(): AttemptContext | undefined {
  return attempts.getStore();
}

/**
 * Runs a method under the policy of `service`, as `policy.execute(operation, …)` would. The method finds its signal
 * and attempt number in {@link currentAttempt}.
 *
 * @throws Error while the class is being defined, when it has no method with the name of the fallback
 */
export function WithErrorRecovery(service: ServiceName, operation: string, options: ErrorRecoveryOptions = {}) {
  return <Method extends AsyncMethod>(
    prototype: object,
    _name: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const { fallback: fallbackName, ...executeOptions } = options;
    const original = descriptor.value;
    if (original === undefined) throw new Error('Only methods can have error recovery');
    const fallback = fallbackName === undefined ? undefined : methodOf(prototype, fallbackName);
    Inject(PolicyRegistry)(prototype, POLICY_REGISTRY_PROPERTY);

    const recovering: AsyncMethod = async function withErrorRecovery(this: object, ...args: never[]): Promise<unknown> {
      return await registryOf(this)
        .get(service)
        .execute(
          operation,
          async (context) => await attempts.run(context, async () => await original.apply(this, args)),
          {
            ...executeOptions,
            ...(fallback === undefined
              ? {}
              : { fallback: async (error: ApiError) => await fallback.call(this, ...args, error as never) }),
          },
        );
    };
    descriptor.value = recovering as Method;
  };
}

function methodOf(prototype: object, name: string): AsyncMethod {
  const method: unknown = Reflect.get(prototype, name);
  if (typeof method !== 'function')
    throw new Error(`${prototype.constructor.name} has no method "${name}" to fall back to`);
  return method as AsyncMethod;
}

function registryOf(instance: object): PolicyRegistry {
  const registry: unknown = Reflect.get(instance, POLICY_REGISTRY_PROPERTY);
  if (registry instanceof PolicyRegistry) return registry;
  throw new Error(`${instance.constructor.name} was not made by Nest, or ResilienceModule is missing`);
}
