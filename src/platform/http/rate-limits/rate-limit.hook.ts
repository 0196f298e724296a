import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RateLimits } from './rate-limits.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False exempts a route from the default limits. */
    rateLimit?: false;
  }
}

/** Applies the default limits to everything, also to paths that do not exist; before a body is read. */
export function limitRequests(fastify: FastifyInstance, limits: RateLimits): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    // What it throws goes the way of an error given to `done`.
    if (!isExempt(request)) limits.consumeDefaults(request, reply);
    done();
  });
}

/** The files of the web app are one page with many parts: they are served by a route for everything. */
function isExempt({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.rateLimit === false || (routeOptions.url?.endsWith('*') ?? false);
}
