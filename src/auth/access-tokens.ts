import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { TokenError } from '../platform/errors/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';

const ALGORITHM = 'HS256';
const ISSUER = 'oriel-signal-fx-pro';

/** What an access token says, after its signature and dates were checked. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
}

interface Payload {
  readonly sub?: unknown;
  readonly sid?: unknown;
}

/**
 * Issues and reads access tokens (JWT, RFC 7519). The algorithm is pinned (RFC 8725 §3.1). A token only names a
 * user and a session; rights are looked up at each request.
 */
@Injectable()
export class AccessTokens {
  readonly ttlSeconds: number;
  private readonly secret: string;

  constructor(
    private readonly jwt: JwtService,
    @Inject(APP_CONFIG) config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.ttlSeconds = config.auth.accessTokenTtlSeconds;
    this.secret = config.auth.jwtSecret;
  }

  issue(claims: AccessClaims): Promise<string> {
    const issuedAt = this.nowSeconds();
    return this.jwt.signAsync(
      { sub: claims.userId, sid: claims.sessionId, iat: issuedAt, exp: issuedAt + this.ttlSeconds },
      { secret: this.secret, algorithm: ALGORITHM, issuer: ISSUER },
    );
  }

  /** @throws TokenError `TOKEN_EXPIRED`, or `INVALID_TOKEN` for everything that is not a token of ours */
  async read(token: string): Promise<AccessClaims> {
    let payload: Payload;
    try {
      payload = await this.jwt.verifyAsync<Payload>(token, {
        secret: this.secret,
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        clockTimestamp: this.nowSeconds(),
      });
    } catch (error) {
      const expired = error instanceof Error && error.name === 'TokenExpiredError';
      throw new TokenError(expired ? 'TOKEN_EXPIRED' : 'INVALID_TOKEN', { cause: error });
    }
    if (typeof payload.sub !== 'string' || typeof payload.sid !== 'string') throw new TokenError('INVALID_TOKEN');
    return { userId: payload.sub, sessionId: payload.sid };
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now().getTime() / 1_000);
  }
}
