import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AuthorizationError } from '../../platform/errors/index.js';
import { BearerGuard } from '../../platform/http/index.js';
import { SecurityLog } from '../../platform/logging/index.js';
import { AuthGuard, BEARER_ERRORS } from './auth.guard.js';

/**
 * Lets administrators through. Stands alone: it identifies the user itself, from the database, at each request,
 * so an administrator who changed the address or was disabled a second ago is none any more.
 */
@Injectable()
@BearerGuard(...BEARER_ERRORS, 'ACCESS_DENIED')
export class AdminGuard implements CanActivate {
  constructor(
    private readonly authGuard: AuthGuard,
    private readonly securityLog: SecurityLog,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const user = await this.authGuard.identify(request);
    if (!user.isAdmin) {
      this.securityLog.event('access_denied', 'A user who is no administrator asked for an admin route', {
        user_id: user.id,
        ip: request.ip,
      });
      throw new AuthorizationError();
    }
    return true;
  }
}
