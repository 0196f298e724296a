import type { User } from './entities/user.entity.js';

/** A user as answers show it. */
export interface WireUser {
  readonly id: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly is_admin: boolean;
  readonly created_at: string;
}

export function wireUser(user: User, isAdmin: boolean): WireUser {
  return {
    id: user.id,
    email: user.email,
    email_verified: user.emailVerifiedAt !== null,
    is_admin: isAdmin,
    created_at: user.createdAt.toISOString(),
  };
}
