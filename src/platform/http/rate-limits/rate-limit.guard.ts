import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STRICT_LIMIT, type StrictLimit } from './rate-limit.decorator.js';
import { RateLimits } from './rate-limits.js';

/** Applies the strict limits, before any other guard. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: RateLimits,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const limit = this.reflector.getAllAndOverride<StrictLimit | undefined>(STRICT_LIMIT, targets);
    return limit === undefined ? true : this.enforce(limit, context);
  }

  private async enforce(limit: StrictLimit, context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    await this.limits.consumeStrict(limit, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
    return true;
  }
}
