import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { testConfig } from '../../config/testing.js';
import { DatabaseError, TokenError } from '../../platform/errors/index.js';
import { ManualClock } from '../../platform/time/manual-clock.js';
import { type AccessClaims, AccessTokens } from '../access-tokens.js';
import type { AuthenticatedUser } from '../authenticated-user.js';
import { RecentAdmins } from './recent-admins.js';

const MINUTE_MS = 60_000;

function administrator(sessionId: string): AuthenticatedUser {
  return {
    id: `user of ${sessionId}`,
    email: 'ada@example.com',
    emailVerified: true,
    isAdmin: true,
    createdAt: new Date(0),
    sessionId,
  };
}

const ADA = administrator('ada');
const BOB = administrator('bob');

/** Real: the tokens. Fake: what the database says of a session, and time. */
describe('RecentAdmins', () => {
  let clock: ManualClock;
  let tokens: AccessTokens;
  let admins: RecentAdmins;
  const lookUp = jest.fn<(claims: AccessClaims) => Promise<AuthenticatedUser>>();

  beforeEach(() => {
    Logger.overrideLogger(false);
    clock = new ManualClock();
    tokens = new AccessTokens(new JwtService(), testConfig(), clock);
    lookUp.mockReset().mockImplementation(async ({ sessionId }) => administrator(sessionId));
    admins = new RecentAdmins(tokens, { lookUp }, clock);
  });

  afterEach(() => Logger.overrideLogger(['error', 'warn', 'log']));

  async function tokenOf({ id, sessionId }: AuthenticatedUser): Promise<string> {
    return await tokens.issue({ userId: id, sessionId });
  }

  it('finds who was let in, for a quarter of an hour', async () => {
    admins.remember(ADA);
    const token = await tokenOf(ADA);
    clock.advance(15 * MINUTE_MS);
    expect(await admins.find(token)).toEqual(ADA);
    clock.advance(1);
    expect(await admins.find(token)).toBeNull();
  });

  it('does not find other sessions of the same user, nor another user in the session', async () => {
    admins.remember(ADA);
    expect(await admins.find(await tokens.issue({ userId: ADA.id, sessionId: 'another' }))).toBeNull();
    expect(await admins.find(await tokens.issue({ userId: BOB.id, sessionId: ADA.sessionId }))).toBeNull();
  });

  it('refuses a token that has expired, is signed by somebody else or by nobody', async () => {
    const token = await tokenOf(ADA);
    clock.advance(61 * MINUTE_MS);
    const fresh = (await tokenOf(ADA)).split('.');
    const claims = { sub: ADA.id, sid: ADA.sessionId, iat: Math.floor(clock.now().getTime() / 1_000) };
    const options = { secret: 'x'.repeat(40), issuer: 'oriel-signal-fx-pro', expiresIn: 60 };
    const forged = new JwtService().sign(claims, options);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${fresh[1]}.`;
    admins.remember(ADA);
    await expect(admins.find(token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    for (const other of [forged, unsigned]) {
      await expect(admins.find(other)).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
    }
  });

  it('forgets who was refused meanwhile', async () => {
    admins.remember(ADA);
    const token = await tokenOf(ADA);
    await admins.forget('no token');
    expect(await admins.find(token)).toEqual(ADA);
    await admins.forget(token);
    expect(await admins.find(token)).toBeNull();
  });

  it('remembers the latest hundred', async () => {
    admins.remember(ADA);
    for (let number = 0; number < 99; number += 1) admins.remember(administrator(`session ${number}`));
    expect(await admins.find(await tokenOf(ADA))).toEqual(ADA);
    admins.remember(BOB);
    expect(await admins.find(await tokenOf(ADA))).toBeNull();
    expect(await admins.find(await tokenOf(BOB))).toEqual(BOB);
  });

  describe('looking again', () => {
    it.each([
      ['has signed out or was disabled', async () => Promise.reject(new TokenError('TOKEN_REVOKED'))],
      ['is no administrator any more', async () => ({ ...ADA, isAdmin: false })],
    ])('forgets who %s, and nobody else', async (_what, answer) => {
      admins.remember(ADA);
      admins.remember(BOB);
      lookUp.mockImplementationOnce(answer);
      await admins.lookAgain();
      expect(lookUp.mock.calls).toEqual([
        [{ userId: ADA.id, sessionId: ADA.sessionId }],
        [{ userId: BOB.id, sessionId: BOB.sessionId }],
      ]);
      expect(await admins.find(await tokenOf(ADA))).toBeNull();
      expect(await admins.find(await tokenOf(BOB))).toEqual(BOB);
    });

    it('keeps them while the database is away, and asks it once only', async () => {
      admins.remember(ADA);
      admins.remember(BOB);
      lookUp.mockRejectedValue(new DatabaseError('DATABASE_CONNECTION_ERROR'));
      await admins.lookAgain();
      expect(lookUp).toHaveBeenCalledTimes(1);
      expect(await admins.find(await tokenOf(ADA))).toEqual(ADA);
    });

    it('does not prolong their time, and asks of nobody whose time is over', async () => {
      admins.remember(ADA);
      clock.advance(15 * MINUTE_MS);
      await admins.lookAgain();
      clock.advance(1);
      expect(await admins.find(await tokenOf(ADA))).toBeNull();
      await admins.lookAgain();
      expect(lookUp).toHaveBeenCalledTimes(1);
    });

    it('happens every five seconds, until the end', async () => {
      jest.useFakeTimers();
      try {
        admins.onModuleInit();
        admins.remember(ADA);
        await jest.advanceTimersByTimeAsync(10_000);
        expect(lookUp).toHaveBeenCalledTimes(2);
        await admins.onModuleDestroy();
        await jest.advanceTimersByTimeAsync(10_000);
        expect(lookUp).toHaveBeenCalledTimes(2);
      } finally {
        await admins.onModuleDestroy();
        jest.useRealTimers();
      }
    });
  });
});
