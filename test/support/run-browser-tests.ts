/**
 * Runs the browser tests where there is a Chromium and says plainly when there is none. With `REQUIRE_CHROMIUM` set that is a
 * failure. Arguments go to Jest.
 */
import { spawnSync } from 'node:child_process';
import { findChromium } from './chromium.ts';

if (findChromium() !== null) {
  const args = ['run', '-s', 'jest', '--', '--selectProjects', 'browser', ...process.argv.slice(2)];
  process.exitCode = spawnSync('npm', args, { stdio: 'inherit' }).status ?? 1;
} else if (process.env['REQUIRE_CHROMIUM'] !== undefined) {
  process.stderr.write('No Chromium was found, and the browser tests must not be skipped here.\n');
  process.exitCode = 1;
} else {
  process.stderr.write(
    '\nSKIPPED: the browser tests. No Chromium was found on PATH or in CHROMIUM_PATH (Debian: apt-get install chromium).\n\n',
  );
}
