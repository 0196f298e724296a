import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AuthorizationError, isApiError } from '../../platform/errors/index.js';
import { BearerGuard } from '../../platform/http/index.js';
import { SecurityLog } from '../../platform/logging/index.js';
import type { AuthenticatedUser } from '../authenticated-user.js';
import { AuthGuard, BEARER_ERRORS, bearerOf } from './auth.guard.js';
import { READABLE_IN_OUTAGE } from './readable-in-outage.decorator.js';
import { RecentAdmins } from './recent-admins.js';

/**
 * Lets administrators through. Stands alone: it identifies the user itself, from the database, at each request,
 * so an administrator who changed the address or was disabled a second ago is none any more. Where the database is away, and the
 * route says that it may be read then, an administrator whom this process has let in lately is still one.
 */
@Injectable()
@BearerGuard(...BEARER_ERRORS, 'ACCESS_DENIED')
export class AdminGuard implements CanActivate {
  constructor(
    private readonly authGuard: AuthGuard,
    private readonly recentAdmins: RecentAdmins,
    private readonly reflector: Reflector,
    private readonly securityLog: SecurityLog,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const user = await this.identify(request, context);
    if (!user.isAdmin) {
      this.securityLog.event('access_denied', 'A user who is no administrator asked for an admin route', {
        user_id: user.id,
        ip: request.ip,
      });
      throw new AuthorizationError();
    }
    return true;
  }

  private async identify(request: FastifyRequest, context: ExecutionContext): Promise<AuthenticatedUser> {
    const token = bearerOf(request);
    try {
      const user = await this.authGuard.identify(request);
      if (user.isAdmin) this.recentAdmins.remember(user);
      else await this.recentAdmins.forget(token);
      return user;
    } catch (error) {
      if (!isDatabaseAway(error)) {
        await this.recentAdmins.forget(token);
        throw error;
      }
      const readable = this.reflector.get<boolean | undefined>(READABLE_IN_OUTAGE, context.getHandler()) === true;
      const user = readable ? await this.recentAdmins.find(token) : null;
      if (user === null) throw error;
      this.authGuard.note(request, user);
      return user;
    }
  }
}

function isDatabaseAway(error: unknown): boolean {
  return isApiError(error) && error.status === 503 && error.code.startsWith('DATABASE_');
}
