import type { UserResponse } from './dto/auth.response.js';
import type { User } from './entities/user.entity.js';

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
