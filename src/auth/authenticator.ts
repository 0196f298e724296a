import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { TokenError } from '../platform/errors/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { type AccessClaims, AccessTokens } from './access-tokens.js';
import type { AuthenticatedUser } from './authenticated-user.js';
import { AuthSession } from './entities/auth-session.entity.js';
import type { User } from './entities/user.entity.js';
import { UserDirectory } from './user-directory.js';

/** Turns an access token into the user it stands for, as the database has that user now. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly database: Database,
    private readonly directory: UserDirectory,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @throws TokenError `INVALID_TOKEN`, `TOKEN_EXPIRED`, or `TOKEN_REVOKED` when the session has ended or the user
   *   was disabled; DatabaseError when that cannot be found out
   */
  async authenticate(accessToken: string): Promise<AuthenticatedUser> {
    return await this.lookUp(await this.accessTokens.read(accessToken));
  }

  /**
   * The user of a session, as both are now.
   * @throws TokenError `TOKEN_REVOKED`, DatabaseError; as {@link authenticate}
   */
  async lookUp(claims: AccessClaims): Promise<AuthenticatedUser> {
    const session = await this.database.read((manager) =>
      manager
        .createQueryBuilder(AuthSession, 'session')
        .innerJoinAndSelect('session.user', 'user')
        .where('session.id = :sessionId AND session.userId = :userId', claims)
        .getOne(),
    );
    if (session?.user === undefined) throw new TokenError('TOKEN_REVOKED');
    const ended = session.revokedAt !== null || session.expiresAt <= this.clock.now();
    if (ended || session.user.disabledAt !== null) throw new TokenError('TOKEN_REVOKED');
    return this.describe(session.user, session.id);
  }

  describe(user: User, sessionId: string): AuthenticatedUser {
    return {
      id: user.id,
      email: user.email,
      emailVerified: user.emailVerifiedAt !== null,
      isAdmin: this.directory.isAdmin(user),
      createdAt: user.createdAt,
      sessionId,
    };
  }
}
