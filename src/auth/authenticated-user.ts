/** Who makes the request, as the database had it when the request came in. */
export interface AuthenticatedUser {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  /** The address is an administrator's *and* verified. */
  readonly isAdmin: boolean;
  readonly createdAt: Date;
  /** The session (refresh-token family) the access token belongs to. */
  readonly sessionId: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the AuthGuard. */
    authenticatedUser?: AuthenticatedUser;
  }
}
