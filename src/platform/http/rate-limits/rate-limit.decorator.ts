import { SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';

/** The limits of single routes: across all instances, but `browser_errors`, which each instance counts in memory. */
export type StrictLimit = 'auth' | 'create_session' | 'submit' | 'browser_errors';

export const STRICT_LIMIT = Symbol('StrictLimit');

/** Puts a strict limit on a route or controller, beside the default ones that hold everywhere. */
export const RateLimit = (limit: StrictLimit): MethodDecorator & ClassDecorator => SetMetadata(STRICT_LIMIT, limit);

/**
 * Exempts a route, or all routes of a controller, from the default limits: probes, which must never be refused, and webhooks,
 * whose sender is one address with everybody's traffic and is verified by signature.
 */
export const NoRateLimit =
  (): MethodDecorator & ClassDecorator =>
  (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const exempt = RouteConfig({ rateLimit: false });
    if (key !== undefined && descriptor !== undefined) exempt(target, key, descriptor);
    else if (typeof target === 'function') exemptMethods(target, exempt);
  };

/** Whether a handler is exempt from the default limits. */
export function isExemptFromLimits(handler: Function): boolean {
  const config = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as { rateLimit?: false } | undefined;
  return config?.rateLimit === false;
}

/** Fastify's configuration belongs to a route: Nest reads it off the method and looks at no class. */
function exemptMethods({ prototype }: Function, exempt: ReturnType<typeof RouteConfig>): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name !== 'constructor' && typeof descriptor.value === 'function') exempt(prototype, name, descriptor);
  }
}
