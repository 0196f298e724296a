import type { UserResponse, WebSessionResponse } from './dto/auth.response.js';
import type { User } from './entities/user.entity.js';
import type { TokenPair } from './sessions.js';

/** A user as answers show it. */
export function wireUser(user: User, isAdmin: boolean): UserResponse {
  return {
    id: user.id,
    email: user.email,
    email_verified: user.emailVerifiedAt !== null,
    is_admin: isAdmin,
    created_at: user.createdAt.toISOString(),
  };
}

/** A session as answers show it, without its refresh token. */
export function wireSession(pair: TokenPair, user: UserResponse): WebSessionResponse {
  return { access_token: pair.accessToken, token_type: 'Bearer', expires_in: pair.expiresInSeconds, user };
}
