import { isIPv6 } from 'node:net';
import { JwtService } from '@nestjs/jwt';
import type { FastifyRequest } from 'fastify';

const BEARER = /^Bearer +([A-Za-z0-9._-]{20,4096})$/i;

/** The first half of an IPv6 address is one customer's (RFC 6177); they have the second half to themselves. */
const IPV6_NETWORK_GROUPS = 4;

/**
 * Whom a request is counted against. Limits come before guards, so the user is read from the access token here: its
 * signature is checked (a forged subject would make limits void, or use up somebody else's), its session is not.
 */
export class CallerKeys {
  private readonly jwt: JwtService;

  /** @param secret - key with which access tokens are signed (HS256). */
  constructor(secret: string) {
    this.jwt = new JwtService({ secret, verifyOptions: { algorithms: ['HS256'] } });
  }

  /** The user where the token is good, else the address. */
  callerOf(request: FastifyRequest): string {
    const { authorization } = request.headers;
    const token = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
    const user = token === undefined ? undefined : this.subjectOf(token);
    return user === undefined ? this.addressOf(request) : `user:${user}`;
  }

  /** The address alone: for routes on which a caller could otherwise take as many identities as they like. */
  addressOf({ ip }: FastifyRequest): string {
    return `ip:${isIPv6(ip) ? networkOf(ip) : ip}`;
  }

  private subjectOf(token: string): string | undefined {
    try {
      const { sub } = this.jwt.verify<{ readonly sub?: unknown }>(token);
      return typeof sub === 'string' && sub.length <= 64 ? sub : undefined;
    } catch {
      // Not a token of ours: the guard will say so to the caller; here they are just somebody at an address.
      return undefined;
    }
  }
}

function networkOf(ip: string): string {
  const [mapped] = /(?<=^::ffff:)\d+\.\d+\.\d+\.\d+$/i.exec(ip) ?? [];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = ip.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array.from({ length: zeros }, () => '0'), ...back];
  return `${groups.slice(0, IPV6_NETWORK_GROUPS).join(':')}::/64`;
}
