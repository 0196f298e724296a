import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AuthenticationError } from '../../platform/errors/index.js';
import type { AuthenticatedUser } from '../authenticated-user.js';

/** The user a handler behind `AuthGuard` or `AdminGuard` serves; 401 where no such guard stands before it. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): AuthenticatedUser => {
  const user = context.switchToHttp().getRequest<FastifyRequest>().authenticatedUser;
  if (user === undefined) throw new AuthenticationError();
  return user;
});
