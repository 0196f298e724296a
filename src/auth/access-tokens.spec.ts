import { JwtService } from '@nestjs/jwt';
import { testConfig } from '../config/testing.js';
import { ManualClock } from '../platform/time/manual-clock.js';
import { AccessTokens } from './access-tokens.js';

describe('AccessTokens', () => {
  const claims = { userId: 'a-user', sessionId: 'a-session' };
  const config = testConfig();
  let clock: ManualClock;
  let tokens: AccessTokens;

  beforeEach(() => {
    clock = new ManualClock();
    tokens = new AccessTokens(new JwtService(), config, clock);
  });

  it('reads what it issued, until it expires to the second', async () => {
    const token = await tokens.issue(claims);
    clock.advance(3_599_000);
    expect(await tokens.read(token)).toEqual(claims);
    clock.advance(1_000);
    await expect(tokens.read(token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it.each([
    ['another secret', { secret: 'x'.repeat(40), algorithm: 'HS256', issuer: 'oriel-signal-fx-pro' }],
    ['another algorithm', { secret: config.auth.jwtSecret, algorithm: 'HS512', issuer: 'oriel-signal-fx-pro' }],
    ['another issuer', { secret: config.auth.jwtSecret, algorithm: 'HS256', issuer: 'somebody' }],
  ] as const)('refuses a token with %s', async (_, options) => {
    const nowSeconds = Math.floor(clock.now().getTime() / 1_000);
    const token = new JwtService().sign({ sub: 'a', sid: 'b', iat: nowSeconds, exp: nowSeconds + 60 }, options);
    await expect(tokens.read(token)).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
  });

  it('refuses a token of ours that names nobody', async () => {
    const nowSeconds = Math.floor(clock.now().getTime() / 1_000);
    const options = { secret: config.auth.jwtSecret, algorithm: 'HS256', issuer: 'oriel-signal-fx-pro' } as const;
    const token = new JwtService().sign({ sub: 7, iat: nowSeconds, exp: nowSeconds + 60 }, options);
    await expect(tokens.read(token)).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
  });
});
