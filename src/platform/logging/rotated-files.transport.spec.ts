import { once } from 'node:events';
import { lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { testConfig } from '../../config/testing.js';
import { openLogOutput } from './log-output.js';
import rotatedFiles from './rotated-files.transport.js';

const line = (fields: object): string => `${JSON.stringify({ level: 'info', ...fields })}\n`;

async function end(stream: Writable): Promise<void> {
  stream.end();
  await finished(stream);
}

describe('rotatedFiles', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'oriel-log-'));
  });

  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  const read = async (name: string): Promise<string[]> =>
    (await readFile(join(dir, name), 'utf8')).split('\n').filter((text) => text !== '');

  it('puts every line into app.log, errors, security and performance also into their own', async () => {
    const stream = await rotatedFiles({ dir });
    stream.write(
      line({ msg: 'plain' }) + line({ level: 'error', msg: 'bad' }) + line({ level: 'fatal', msg: 'worse' }),
    );
    stream.write(line({ log: 'security', msg: 'login' }) + line({ log: 'performance', msg: 'metric' }));
    stream.write(line({ msg: 'says "log":"security"', nested: { log: 'security' } }));
    await end(stream);
    expect(await read('app.1.log')).toHaveLength(6);
    expect((await read('errors.1.log')).map((text) => JSON.parse(text) as unknown)).toMatchObject([
      { msg: 'bad' },
      { msg: 'worse' },
    ]);
    expect(await read('security.1.log')).toEqual([line({ log: 'security', msg: 'login' }).trim()]);
    expect(await read('performance.1.log')).toEqual([line({ log: 'performance', msg: 'metric' }).trim()]);
  });

  it('joins lines that arrive in pieces', async () => {
    const stream = await rotatedFiles({ dir });
    const text = line({ level: 'error', msg: 'in pieces' });
    for (const character of text) stream.write(character);
    stream.write(line({ msg: 'unended' }).trimEnd());
    await end(stream);
    expect(await read('errors.1.log')).toEqual([text.trim()]);
    expect(await read('app.1.log')).toHaveLength(2);
  });

  it('rotates by size, keeps the configured number of files and links to the one being written', async () => {
    const stream = await rotatedFiles({ dir });
    // 5 MB per file, five files and the one being written: a dozen files' worth.
    const big = line({ log: 'performance', msg: 'x'.repeat(262_000) });
    for (let written = 0; written < 240; written += 1) {
      if (!stream.write(big)) await once(stream, 'drain');
    }
    await end(stream);
    const files = (await readdir(dir)).filter((name) => /^performance\.\d+\.log$/.test(name));
    expect(files.length).toBeGreaterThanOrEqual(3);
    expect(files.length).toBeLessThanOrEqual(6);
    expect((await lstat(join(dir, 'performance.log'))).isSymbolicLink()).toBe(true);
    expect(files).toContain(await readlink(join(dir, 'performance.log')));
    for (const name of files) expect((await lstat(join(dir, name))).size).toBeLessThan(20_000_000);
  });

  it('runs in a thread of its own and has written everything once the output is closed', async () => {
    const screen = { written: 0, write: () => (screen.written += 1) };
    const output = await openLogOutput(testConfig({ log: { level: 'info', dir } }), screen);
    for (let number = 0; number < 2_000; number += 1) output.write(line({ number }));
    await output.close();
    expect(screen.written).toBe(2_000);
    expect(await read('app.1.log')).toHaveLength(2_000);
  });
});
