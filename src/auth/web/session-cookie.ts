import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';

const NAME = 'oriel_session';

/**
 * Keeps the refresh token of a page where no script can read it, and from where it is sent to the routes of sessions only and by
 * pages of this site only (RFC 6265bis: HttpOnly, SameSite=Strict, Path).
 */
@Injectable()
export class SessionCookie {
  private readonly attributes;
  private readonly maxAge: number;

  constructor(@Inject(APP_CONFIG) { auth, environment }: AppConfig) {
    this.maxAge = auth.refreshTokenTtlSeconds;
    this.attributes = {
      path: '/api/auth/web',
      httpOnly: true,
      sameSite: 'strict',
      secure: environment === 'production',
    } as const;
  }

  /** The refresh token that came with a request. */
  read(request: FastifyRequest): string | null {
    const token = request.cookies[NAME] ?? '';
    return token === '' ? null : token;
  }

  write(reply: FastifyReply, refreshToken: string): void {
    void reply.setCookie(NAME, refreshToken, { ...this.attributes, maxAge: this.maxAge });
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(NAME, this.attributes);
  }
}
