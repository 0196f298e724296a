import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AuthenticationError } from '../../platform/errors/index.js';
import { BearerGuard, DATABASE_FAILURES, RequestContext } from '../../platform/http/index.js';
import type { AuthenticatedUser } from '../authenticated-user.js';
import { Authenticator } from '../authenticator.js';

/** What a request is refused with. */
export const BEARER_ERRORS = [
  'UNAUTHORIZED',
  'INVALID_TOKEN',
  'TOKEN_EXPIRED',
  'TOKEN_REVOKED',
  ...DATABASE_FAILURES,
] as const;

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;

/**
 * Lets a request through whose bearer token names a live session of a user who is not disabled, and notes the
 * user for `@CurrentUser()` and in the request context.
 */
@Injectable()
@BearerGuard(...BEARER_ERRORS)
export class AuthGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly requestContext: RequestContext,
  ) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    // Thrown at once where there is none: a rejection would be passed on from one promise to the next.
    const token = bearerOf(request);
    return this.authenticate(request, token).then(() => true);
  }

  /** @throws AuthenticationError without a bearer token, TokenError for one that is not (or no longer) good. */
  async identify(request: FastifyRequest): Promise<AuthenticatedUser> {
    return await this.authenticate(request, bearerOf(request));
  }

  /** Notes whose request it is. */
  note(request: FastifyRequest, user: AuthenticatedUser): void {
    request.authenticatedUser = user;
    this.requestContext.set('userId', user.id);
  }

  private async authenticate(request: FastifyRequest, token: string): Promise<AuthenticatedUser> {
    const user = await this.authenticator.authenticate(token);
    this.note(request, user);
    return user;
  }
}

/** The bearer token of a request, whatever it is worth. @throws AuthenticationError where there is none. */
export function bearerOf({ headers }: FastifyRequest): string {
  const { authorization } = headers;
  const token = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
  if (token === undefined) throw new AuthenticationError('UNAUTHORIZED');
  return token;
}
