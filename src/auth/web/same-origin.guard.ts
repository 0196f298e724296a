import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { AuthorizationError } from '../../platform/errors/index.js';
import { SecurityLog } from '../../platform/logging/index.js';

/**
 * Lets through what a page of this very site asks for: its `Origin` is ours, or that of the host which was asked. Browsers send
 * `Origin` with every POST, so a request without one is none of a page's (OWASP, "Cross-Site Request Forgery Prevention").
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  private readonly ownOrigin: string;

  constructor(
    private readonly securityLog: SecurityLog,
    @Inject(APP_CONFIG) { http }: AppConfig,
  ) {
    this.ownOrigin = new URL(http.publicUrl).origin;
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { origin } = request.headers;
    if (origin === this.ownOrigin || URL.parse(origin ?? '')?.host === request.host) return true;
    this.securityLog.event('access_denied', 'A page of another origin asked for a session', {
      origin: origin ?? null,
      ip: request.ip,
    });
    throw new AuthorizationError('FORBIDDEN');
  }
}
