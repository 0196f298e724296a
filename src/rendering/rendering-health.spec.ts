import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testConfig } from '../config/testing.js';
import { HealthCheckRegistry } from '../platform/health/index.js';
import type { ServicePolicy } from '../platform/resilience/index.js';
import { passThroughPolicy } from '../platform/resilience/testing.js';
import { ManualClock } from '../platform/time/manual-clock.js';
import { RenderingHealth } from './rendering-health.js';

describe('RenderingHealth', () => {
  const never = new AbortController().signal;
  let directory: string;
  let ffmpegPath: string;
  let clock: ManualClock;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'oriel-health-'));
    ffmpegPath = join(directory, 'ffmpeg');
    clock = new ManualClock();
    await writeFile(ffmpegPath, '#!/bin/sh\necho "ffmpeg version 7.1-test Copyright"\n');
    await chmod(ffmpegPath, 0o755);
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const health = (policy: ServicePolicy = passThroughPolicy('rendering')): RenderingHealth =>
    new RenderingHealth(new HealthCheckRegistry(), testConfig({ rendering: { ffmpegPath } }), policy, clock);

  it('is up when ffmpeg runs, and says which', async () => {
    await expect(health().check(never)).resolves.toEqual({
      status: 'up',
      details: { ffmpeg_version: '7.1-test', circuit: 'closed' },
    });
  });

  it('is down when ffmpeg cannot be run, also when it once could', async () => {
    const checked = health();
    await checked.check(never);
    await rm(ffmpegPath);
    await expect(checked.check(never)).resolves.toMatchObject({ status: 'up' });
    clock.advance(10_000);
    await expect(checked.check(never)).resolves.toEqual({ status: 'down', reason: 'ffmpeg cannot be run' });
  });

  it.each(['open', 'isolated'] as const)('is degraded while the circuit is %s', async (state) => {
    const policy = { ...passThroughPolicy('rendering'), state };
    await expect(health(policy).check(never)).resolves.toMatchObject({ status: 'degraded' });
  });

  it('registers itself as the check of rendering', () => {
    const registry = new HealthCheckRegistry();
    new RenderingHealth(registry, testConfig(), passThroughPolicy('rendering'), clock).onModuleInit();
    expect(registry.entries().map(([name]) => name)).toEqual(['rendering']);
  });
});
