import { Logger } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { ApiError } from '../errors/index.js';
import { type CheckResult, type HealthCheck, HealthCheckRegistry } from './health-check-registry.js';
import { HealthService } from './health.service.js';

const UP: CheckResult = { status: 'up' };

describe('HealthService', () => {
  let registry: HealthCheckRegistry;
  let health: HealthService;

  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  beforeEach(() => {
    registry = new HealthCheckRegistry();
    health = new HealthService(registry, new HealthIndicatorService());
    health.onApplicationBootstrap();
  });

  function register(checks: Partial<Record<Parameters<HealthCheckRegistry['register']>[0], HealthCheck>>): void {
    for (const [name, check] of Object.entries(checks)) {
      registry.register(name as Parameters<HealthCheckRegistry['register']>[0], check);
    }
  }

  it('is up when everything is', async () => {
    register({ database: async () => UP, storage: async () => ({ status: 'up', details: { objects: 3 } }) });
    expect(await health.report()).toEqual({
      status: 'up',
      checks: { database: { status: 'up' }, storage: { status: 'up', objects: 3 } },
    });
  });

  it.each(['degraded', 'down'] as const)('is degraded, and ready, while a third party is %s', async (status) => {
    register({
      database: async () => UP,
      queue: async () => UP,
      payments: async () => ({ status, reason: 'STRIPE_UNAVAILABLE' }),
    });
    const report = await health.report();
    expect(report.status).toBe('degraded');
    expect(report.checks['payments']).toEqual({ status, reason: 'STRIPE_UNAVAILABLE' });
    await expect(health.assertReady()).resolves.toMatchObject({ status: 'up' });
  });

  it('is down and not ready without the database, and says why without vendor text', async () => {
    register({
      database: async () =>
        Promise.reject(Object.assign(new Error('connect ECONNREFUSED 10.0.0.7'), { code: 'ECONNREFUSED' })),
      queue: async () => UP,
    });
    const report = await health.report();
    expect(report.status).toBe('down');
    expect(JSON.stringify(report)).not.toContain('10.0.0.7');
    await expect(health.assertReady()).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      details: { reason: 'checks_failed', checks: { database: { status: 'down' } } },
    });
  });

  it('looks at nothing but database and queue for readiness', async () => {
    let looked = 0;
    register({
      database: async () => UP,
      queue: async () => UP,
      email: async () => {
        looked += 1;
        return UP;
      },
    });
    await health.assertReady();
    expect(looked).toBe(0);
  });

  it('is not ready before it has started and while it drains', async () => {
    const fresh = new HealthService(registry, new HealthIndicatorService());
    expect(() => {
      fresh.assertStarted();
    }).toThrow(ApiError);
    await expect(fresh.assertReady()).rejects.toMatchObject({ details: { reason: 'starting' } });
    fresh.onApplicationBootstrap();
    expect(() => {
      fresh.assertStarted();
    }).not.toThrow();
    fresh.onModuleDestroy();
    await expect(fresh.assertReady()).rejects.toMatchObject({ status: 503, details: { reason: 'draining' } });
  });

  it('shares one look among all who ask at once', async () => {
    let looked = 0;
    const gate = Promise.withResolvers<void>();
    register({
      database: async () => {
        looked += 1;
        await gate.promise;
        return UP;
      },
    });
    const reports = Array.from({ length: 50 }, async () => await health.report());
    gate.resolve();
    await Promise.all(reports);
    expect(looked).toBe(1);
  });

  it('gives a check that hangs two seconds, aborts it and calls it down', async () => {
    const { jest } = import.meta;
    jest.useFakeTimers();
    try {
      let aborted = false;
      register({
        storage: async (signal) =>
          await new Promise(() => {
            signal.addEventListener('abort', () => {
              aborted = true;
            });
          }),
      });
      const report = health.report();
      await jest.advanceTimersByTimeAsync(2_000);
      expect((await report).checks['storage']).toMatchObject({ status: 'down' });
      expect(aborted).toBe(true);
    } finally {
      jest.useRealTimers();
    }
  });

  it('refuses two checks of one part', () => {
    register({ queue: async () => UP });
    expect(() => {
      register({ queue: async () => UP });
    }).toThrow('registered twice');
  });
});
