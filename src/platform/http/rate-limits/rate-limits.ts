import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig, type RateLimitSettings } from '../../../config/index.js';
import { RateLimitError } from '../../errors/index.js';
import { SecurityLog } from '../../logging/index.js';
import { CLOCK, type Clock } from '../../time/index.js';
import { CallerKeys } from './caller-key.js';
import { FixedWindows, type WindowState } from './fixed-windows.js';
import { PromptStore } from './prompt-store.js';
import type { StrictLimit } from './rate-limit.decorator.js';

/** Table of the strict limits. */
const RATE_LIMITS_TABLE = 'rate_limits';

interface Limit {
  readonly name: string;
  readonly settings: RateLimitSettings;
}

/** Where a caller stands with one limit, the present request counted in. */
interface Standing extends WindowState {
  readonly limit: Limit;
  readonly remaining: number;
}

type InMemory = Limit & { readonly windows: FixedWindows };
type AcrossInstances = Limit & { readonly limiter: RateLimiterAbstract };

/**
 * Counts requests in fixed windows. The default limits live in the memory of each instance, so that the usual request needs
 * no database; the strict ones in PostgreSQL, so that they hold across instances, and in memory while that is down or slow.
 */
@Injectable()
export class RateLimits {
  private readonly callers: CallerKeys;
  private readonly defaults: readonly InMemory[];
  private readonly strict: Readonly<Record<StrictLimit, InMemory | AcrossInstances>>;

  constructor(
    @Inject(APP_CONFIG) { auth, rateLimits }: AppConfig,
    @Inject(CLOCK) clock: Clock,
    dataSource: DataSource,
    private readonly securityLog: SecurityLog,
  ) {
    this.callers = new CallerKeys(auth.jwtSecret);
    this.defaults = [inMemory('minute', rateLimits.perMinute, clock), inMemory('hour', rateLimits.perHour, clock)];
    this.strict = {
      auth: acrossInstances('auth', rateLimits.auth, dataSource),
      create_session: acrossInstances('create_session', rateLimits.createSession, dataSource),
      submit: acrossInstances('submit', rateLimits.submit, dataSource),
      browser_errors: inMemory('browser_errors', rateLimits.browserErrors, clock),
    };
  }

  /** Counts a request against the default limits. @throws RateLimitError when one of them is used up. */
  consumeDefaults(request: FastifyRequest, reply: FastifyReply): void {
    const caller = this.callers.callerOf(request);
    let tightest: Standing | undefined;
    for (const limit of this.defaults) {
      const standing = standingWith(limit, limit.windows.consume(caller));
      if (tightest === undefined || standing.remaining <= tightest.remaining) tightest = standing;
      if (isUsedUp(standing)) break;
    }
    if (tightest !== undefined) this.settle(tightest, caller, request, reply);
  }

  /** Counts a request against a strict limit. @throws RateLimitError when it is used up. */
  async consumeStrict(name: StrictLimit, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    // Who tries passwords can hold any number of accounts, but not of addresses.
    const caller = name === 'auth' ? this.callers.addressOf(request) : this.callers.callerOf(request);
    const limit = this.strict[name];
    const state = 'windows' in limit ? limit.windows.consume(caller) : await consume(limit.limiter, caller);
    this.settle(standingWith(limit, state), caller, request, reply);
  }

  private settle(standing: Standing, caller: string, request: FastifyRequest, reply: FastifyReply): void {
    announce(reply, standing);
    if (!isUsedUp(standing)) return;
    const { consumed, limit } = standing;
    // Once per window: a flood must not become a flood of log lines.
    if (consumed === limit.settings.points + 1) {
      this.securityLog.event('rate_limit_hit', 'A caller used up a rate limit', {
        limit: limit.name,
        caller,
        endpoint: request.workFacts?.endpoint,
      });
    }
    const { points, windowSeconds } = limit.settings;
    throw new RateLimitError('RATE_LIMIT_EXCEEDED', {
      details: { retry_after: secondsLeft(standing), limit: points, window_seconds: windowSeconds },
    });
  }
}

function inMemory(name: string, settings: RateLimitSettings, clock: Clock): InMemory {
  return { name, settings, windows: new FixedWindows(settings.windowSeconds, clock) };
}

function acrossInstances(name: StrictLimit, settings: RateLimitSettings, dataSource: DataSource): AcrossInstances {
  const options = { keyPrefix: name, points: settings.points, duration: settings.windowSeconds };
  const limiter = new RateLimiterPostgres({
    ...options,
    storeClient: new PromptStore(dataSource),
    storeType: 'client',
    tableName: RATE_LIMITS_TABLE,
    tableCreated: true,
    clearExpiredByTimeout: true,
    insuranceLimiter: new RateLimiterMemory(options),
  });
  return { name, settings, limiter };
}

/** The library gives the state as an error where the limit is used up. */
async function consume(limiter: RateLimiterAbstract, caller: string): Promise<WindowState> {
  try {
    return windowStateOf(await limiter.consume(caller));
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return windowStateOf(refusal);
    throw refusal;
  }
}

function windowStateOf({ consumedPoints, msBeforeNext }: RateLimiterRes): WindowState {
  return { consumed: consumedPoints, msLeft: msBeforeNext };
}

function standingWith(limit: Limit, { consumed, msLeft }: WindowState): Standing {
  return { limit, consumed, msLeft, remaining: Math.max(0, limit.settings.points - consumed) };
}

function isUsedUp({ consumed, limit }: Standing): boolean {
  return consumed > limit.settings.points;
}

/** `RateLimit-*` as in draft-ietf-httpapi-ratelimit-headers-07; of several limits the one that leaves the least is told. */
function announce(reply: FastifyReply, standing: Standing): void {
  const { limit, remaining } = standing;
  const announced = reply.getHeader('ratelimit-remaining');
  if (typeof announced === 'number' && announced < remaining) return;
  reply.header('ratelimit-limit', limit.settings.points);
  reply.header('ratelimit-remaining', remaining);
  reply.header('ratelimit-reset', secondsLeft(standing));
  reply.header('ratelimit-policy', `${limit.settings.points};w=${limit.settings.windowSeconds}`);
}

function secondsLeft({ msLeft }: WindowState): number {
  return Math.max(1, Math.ceil(msLeft / 1_000));
}
