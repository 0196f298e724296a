import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DATABASE_FAILURES, Operation, RateLimit, Tag } from '../platform/http/index.js';
import { JobQueue } from '../platform/jobs/index.js';
import type { AuthenticatedUser } from './authenticated-user.js';
import {
  LoginDto,
  MailedTokenDto,
  RefreshTokenDto,
  RegisterDto,
  RequestPasswordResetDto,
  ResetPasswordDto,
} from './dto/auth.dto.js';
import { MessageResponse, SessionResponse, UserMessageResponse, type UserResponse } from './dto/auth.response.js';
import type { User } from './entities/user.entity.js';
import { AuthGuard } from './guards/auth.guard.js';
import { CurrentUser } from './guards/current-user.decorator.js';
import { LoginService } from './login.service.js';
import { PASSWORD_RESET_QUEUE } from './password-reset.queue.js';
import { PasswordResetService } from './password-reset.service.js';
import { RegistrationService } from './registration.service.js';
import { Sessions, type TokenPair } from './sessions.js';
import { UserDirectory } from './user-directory.js';
import { wireSession, wireUser } from './wire-user.js';

/** Registration, sessions, and the links that are mailed. */
@Tag('Auth')
@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly logins: LoginService,
    private readonly sessions: Sessions,
    private readonly resets: PasswordResetService,
    private readonly directory: UserDirectory,
    private readonly jobs: JobQueue,
  ) {}

  @Post('register')
  @RateLimit('auth')
  @Operation({
    summary: 'Create an account; a verification link is mailed',
    answer: UserMessageResponse,
    errors: ['EMAIL_ALREADY_REGISTERED', ...DATABASE_FAILURES],
  })
  async register(@Body() body: RegisterDto): Promise<UserMessageResponse> {
    const user = await this.registration.register(body.email, body.password);
    return { message: 'Welcome! Please confirm your address with the link we have mailed you.', user: this.wire(user) };
  }

  @Post('login')
  @HttpCode(200)
  @RateLimit('auth')
  @Operation({
    summary: 'Sign in',
    answer: SessionResponse,
    errors: ['AUTHENTICATION_FAILED', ...DATABASE_FAILURES],
  })
  async login(@Body() body: LoginDto, @Req() request: FastifyRequest): Promise<SessionResponse> {
    const { user, pair } = await this.logins.login(body.email, body.password, request.ip);
    return this.answer(user, pair);
  }

  @Post('refresh')
  @HttpCode(200)
  @RateLimit('auth')
  @Operation({
    summary: 'Exchange a refresh token for a new pair; a second use of one ends the session',
    answer: SessionResponse,
    errors: ['INVALID_TOKEN', 'TOKEN_EXPIRED', 'TOKEN_REVOKED', ...DATABASE_FAILURES],
  })
  async refresh(@Body() body: RefreshTokenDto): Promise<SessionResponse> {
    const { user, pair } = await this.sessions.refresh(body.refresh_token);
    return this.answer(user, pair);
  }

  @Post('logout')
  @HttpCode(204)
  @Operation({ summary: 'End the session of a refresh token', errors: DATABASE_FAILURES })
  async logout(@Body() body: RefreshTokenDto): Promise<void> {
    await this.sessions.close(body.refresh_token);
  }

  @Post('verify-email')
  @HttpCode(200)
  @RateLimit('auth')
  @Operation({
    summary: 'Confirm the address with the token of the mailed link',
    answer: UserMessageResponse,
    errors: ['INVALID_TOKEN', 'TOKEN_EXPIRED', ...DATABASE_FAILURES],
  })
  async verifyEmail(@Body() body: MailedTokenDto): Promise<UserMessageResponse> {
    const user = await this.registration.verifyEmail(body.token);
    return { message: 'Your address is confirmed.', user: this.wire(user) };
  }

  @Post('resend-verification')
  @HttpCode(202)
  @RateLimit('auth')
  @UseGuards(AuthGuard)
  @Operation({ summary: 'Mail another verification link', answer: MessageResponse })
  async resendVerification(@CurrentUser() user: AuthenticatedUser): Promise<MessageResponse> {
    await this.registration.resendVerification(user.id);
    return { message: 'Unless your address is confirmed already, a new link is on its way.' };
  }

  @Post('request-password-reset')
  @HttpCode(202)
  @RateLimit('auth')
  @Operation({
    summary: 'Mail a reset link, if somebody has this address',
    answer: MessageResponse,
    errors: DATABASE_FAILURES,
  })
  async requestPasswordReset(@Body() body: RequestPasswordResetDto): Promise<MessageResponse> {
    await this.jobs.enqueue(PASSWORD_RESET_QUEUE, { email: body.email });
    return { message: 'If an account has this address, a link to set a new password is on its way.' };
  }

  @Post('reset-password')
  @HttpCode(200)
  @RateLimit('auth')
  @Operation({
    summary: 'Set a new password with the token of the mailed link; ends all sessions',
    answer: MessageResponse,
    errors: ['INVALID_TOKEN', 'TOKEN_EXPIRED', ...DATABASE_FAILURES],
  })
  async resetPassword(@Body() body: ResetPasswordDto): Promise<MessageResponse> {
    await this.resets.reset(body.token, body.password);
    return { message: 'Your password was changed. Please sign in.' };
  }

  private answer(user: User, pair: TokenPair): SessionResponse {
    return Object.assign(wireSession(pair, this.wire(user)), { refresh_token: pair.refreshToken });
  }

  private wire(user: User): UserResponse {
    return wireUser(user, this.directory.isAdmin(user));
  }
}
