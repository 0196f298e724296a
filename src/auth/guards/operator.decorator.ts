import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AuthenticationError } from '../../platform/errors/index.js';

/** The administrator who makes a change, and from where. */
export interface Operator {
  readonly id: string;
  readonly email: string;
  readonly ip: string;
  readonly requestId: string;
}

/** The administrator a handler behind `AdminGuard` serves; 401 where no such guard stands before it. */
export const ByOperator = createParamDecorator((_: unknown, context: ExecutionContext): Operator => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const user = request.authenticatedUser;
  if (user === undefined) throw new AuthenticationError();
  return { id: user.id, email: user.email, ip: request.ip, requestId: request.id };
});
