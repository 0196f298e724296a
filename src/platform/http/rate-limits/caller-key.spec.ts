import { JwtService } from '@nestjs/jwt';
import type { FastifyRequest } from 'fastify';
import { CallerKeys } from './caller-key.js';

const SECRET = 'a secret of the tests, long enough';

function requestOf(ip: string, authorization?: string): FastifyRequest {
  return { ip, headers: { authorization } } as unknown as FastifyRequest;
}

describe('CallerKeys', () => {
  const keys = new CallerKeys(SECRET);
  const bearer = (payload: object, secret = SECRET): string => `Bearer ${new JwtService({ secret }).sign(payload)}`;

  it('counts a user by the subject of a good token', () => {
    expect(keys.callerOf(requestOf('192.0.2.1', bearer({ sub: 'ada' })))).toBe('user:ada');
  });

  it.each([
    ['no token', undefined],
    ['another scheme', 'Basic YWRhOmx'],
    ['garbage', 'Bearer garbage.garbage.garbage'],
    ['a token of somebody else', bearer({ sub: 'ada' }, 'another secret')],
    ['a token without signature', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.'],
    ['an expired token', bearer({ sub: 'ada', exp: 1 })],
    ['a token without subject', bearer({})],
    ['a subject of any length', bearer({ sub: 'a'.repeat(65) })],
  ])('counts %s by its address', (_, authorization) => {
    expect(keys.callerOf(requestOf('192.0.2.1', authorization))).toBe('ip:192.0.2.1');
  });

  it.each([
    ['2001:db8:1:2:3:4:5:6', 'ip:2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', 'ip:2001:db8:1:2::/64'],
    ['2001:db8::1', 'ip:2001:db8:0:0::/64'],
    ['::1', 'ip:0:0:0:0::/64'],
    ['::ffff:192.0.2.1', 'ip:192.0.2.1'],
  ])('counts %s as %s', (ip, key) => {
    expect(keys.addressOf(requestOf(ip))).toBe(key);
  });
});
