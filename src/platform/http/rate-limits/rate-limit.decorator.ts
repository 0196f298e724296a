import { SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';

/** The limits that hold across all instances. */
export type StrictLimit = 'auth' | 'create_session' | 'submit';

export const STRICT_LIMIT = Symbol('StrictLimit');

/** Puts a strict limit on a route or controller, beside the default ones that hold everywhere. */
export const RateLimit = (limit: StrictLimit): MethodDecorator & ClassDecorator => SetMetadata(STRICT_LIMIT, limit);

/**
 * Exempts a route from the default limits: probes, which must never be refused, and webhooks, whose sender is one address
 * with everybody's traffic and is verified by signature.
 */
export const NoRateLimit = (): MethodDecorator & ClassDecorator => RouteConfig({ rateLimit: false });
