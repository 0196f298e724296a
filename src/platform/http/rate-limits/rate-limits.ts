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
import { CallerKeys } from './caller-key.js';
import { PromptStore } from './prompt-store.js';
import type { StrictLimit } from './rate-limit.decorator.js';

/** Table of the strict limits. */
const RATE_LIMITS_TABLE = 'rate_limits';

interface Limit {
  readonly name: string;
  readonly settings: RateLimitSettings;
  readonly limiter: RateLimiterAbstract;
}

/**
 * Counts requests in fixed windows. The default limits live in the memory of each instance, so that the usual request needs
 * no database; the strict ones in PostgreSQL, so that they hold across instances, and in memory while that is down or slow.
 */
@Injectable()
export class RateLimits {
  private readonly callers: CallerKeys;
  private readonly defaults: readonly Limit[];
  private readonly strict: Readonly<Record<StrictLimit, Limit>>;

  constructor(
    @Inject(APP_CONFIG) { auth, rateLimits }: AppConfig,
    dataSource: DataSource,
    private readonly securityLog: SecurityLog,
  ) {
    this.callers = new CallerKeys(auth.jwtSecret);
    this.defaults = [inMemory('minute', rateLimits.perMinute), inMemory('hour', rateLimits.perHour)];
    this.strict = {
      auth: acrossInstances('auth', rateLimits.auth, dataSource),
      create_session: acrossInstances('create_session', rateLimits.createSession, dataSource),
      submit: acrossInstances('submit', rateLimits.submit, dataSource),
      browser_errors: inMemory('browser_errors', rateLimits.browserErrors),
    };
  }

  /** Counts a request against the default limits. @throws RateLimitError when one of them is used up. */
  async consumeDefaults(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const caller = this.callers.callerOf(request);
    for (const limit of this.defaults) await this.consume(limit, caller, request, reply);
  }

  /** Counts a request against a strict limit. @throws RateLimitError when it is used up. */
  async consumeStrict(name: StrictLimit, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    // Who tries passwords can hold any number of accounts, but not of addresses.
    const caller = name === 'auth' ? this.callers.addressOf(request) : this.callers.callerOf(request);
    await this.consume(this.strict[name], caller, request, reply);
  }

  private async consume(limit: Limit, caller: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      announce(reply, limit, await limit.limiter.consume(caller));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      announce(reply, limit, refusal);
      throw this.refuse(limit, caller, request, refusal);
    }
  }

  private refuse(
    { name, settings }: Limit,
    caller: string,
    request: FastifyRequest,
    state: RateLimiterRes,
  ): RateLimitError {
    // Once per window: a flood must not become a flood of log lines.
    if (state.consumedPoints === settings.points + 1) {
      this.securityLog.event('rate_limit_hit', 'A caller used up a rate limit', {
        limit: name,
        caller,
        endpoint: request.workFacts?.endpoint,
      });
    }
    return new RateLimitError('RATE_LIMIT_EXCEEDED', {
      details: { retry_after: secondsLeft(state), limit: settings.points, window_seconds: settings.windowSeconds },
    });
  }
}

function inMemory(name: string, settings: RateLimitSettings): Limit {
  return { name, settings, limiter: new RateLimiterMemory(optionsOf(name, settings)) };
}

function acrossInstances(name: StrictLimit, settings: RateLimitSettings, dataSource: DataSource): Limit {
  const options = optionsOf(name, settings);
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

function optionsOf(
  name: string,
  { points, windowSeconds }: RateLimitSettings,
): { keyPrefix: string; points: number; duration: number } {
  return { keyPrefix: name, points, duration: windowSeconds };
}

/** `RateLimit-*` as in draft-ietf-httpapi-ratelimit-headers-07; of several limits the one that leaves the least is told. */
function announce(reply: FastifyReply, { settings }: Limit, state: RateLimiterRes): void {
  const remaining = Math.max(0, settings.points - state.consumedPoints);
  const announced = reply.getHeader('ratelimit-remaining');
  if (typeof announced === 'number' && announced < remaining) return;
  reply.headers({
    'ratelimit-limit': settings.points,
    'ratelimit-remaining': remaining,
    'ratelimit-reset': secondsLeft(state),
    'ratelimit-policy': `${settings.points};w=${settings.windowSeconds}`,
  });
}

function secondsLeft({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1_000));
}
