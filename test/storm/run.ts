import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { STORM_VARIABLES } from './storm-options.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    jobs: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '10' },
  },
});
const { seed, jobs, minutes } = STORM_VARIABLES;

/** The storm needs the transformation and the PostgreSQL of the test suites, hence Jest; it alone, and on the terminal itself. */
const { status } = spawnSync('npm', ['run', '-s', 'jest', '--', '--selectProjects', 'storm', '--runInBand'], {
  stdio: 'inherit',
  env: { ...process.env, [seed]: values.seed, [jobs]: values.jobs, [minutes]: values.minutes },
});
process.exitCode = status ?? 1;
