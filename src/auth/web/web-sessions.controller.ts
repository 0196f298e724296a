import { Body, Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isApiError } from '../../platform/errors/index.js';
import { DATABASE_FAILURES, Operation, RateLimit, Tag } from '../../platform/http/index.js';
import { LoginDto } from '../dto/auth.dto.js';
import { WebSessionResponse } from '../dto/auth.response.js';
import type { User } from '../entities/user.entity.js';
import { LoginService } from '../login.service.js';
import { Sessions, type TokenPair } from '../sessions.js';
import { UserDirectory } from '../user-directory.js';
import { wireSession, wireUser } from '../wire-user.js';
import { SameOriginGuard } from './same-origin.guard.js';
import { SessionCookie } from './session-cookie.js';

/** Sessions of the pages of this site: as for any client, but with the refresh token in a cookie. */
@Tag('Auth')
@Controller('api/auth/web')
@UseGuards(SameOriginGuard)
export class WebSessionsController {
  constructor(
    private readonly logins: LoginService,
    private readonly sessions: Sessions,
    private readonly directory: UserDirectory,
    private readonly cookie: SessionCookie,
  ) {}

  @Post('login')
  @HttpCode(200)
  @RateLimit('auth')
  @Operation({
    summary: 'Sign in on a page of this site',
    answer: WebSessionResponse,
    errors: ['AUTHENTICATION_FAILED', 'FORBIDDEN', ...DATABASE_FAILURES],
  })
  async login(
    @Body() body: LoginDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebSessionResponse> {
    const { user, pair } = await this.logins.login(body.email, body.password, request.ip);
    return this.answer(reply, user, pair);
  }

  /** Not under the strict limit: every page that is opened asks, and what is guessed at here is 256 bits. */
  @Post('refresh')
  @HttpCode(200)
  @Operation({
    summary: 'Go on with the session of this browser',
    answer: WebSessionResponse,
    answers: { 204: { description: 'Nobody is signed in' } },
    errors: ['INVALID_TOKEN', 'TOKEN_EXPIRED', 'TOKEN_REVOKED', 'FORBIDDEN', ...DATABASE_FAILURES],
  })
  async refresh(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebSessionResponse | undefined> {
    const token = this.cookie.read(request);
    if (token === null) {
      void reply.code(204);
      return undefined;
    }
    try {
      const { user, pair } = await this.sessions.refresh(token, { repeatable: true });
      return this.answer(reply, user, pair);
    } catch (error) {
      if (isApiError(error) && error.status === 401) this.cookie.clear(reply);
      throw error;
    }
  }

  @Post('logout')
  @HttpCode(204)
  @Operation({ summary: 'End the session of this browser', errors: ['FORBIDDEN', ...DATABASE_FAILURES] })
  async logout(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const token = this.cookie.read(request);
    // Forgotten here even when it cannot be revoked now: whoever signs out may be leaving somebody else's computer.
    this.cookie.clear(reply);
    if (token !== null) await this.sessions.close(token);
  }

  private answer(reply: FastifyReply, user: User, pair: TokenPair): WebSessionResponse {
    this.cookie.write(reply, pair.refreshToken);
    return wireSession(pair, wireUser(user, this.directory.isAdmin(user)));
  }
}
