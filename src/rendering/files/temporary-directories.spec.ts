import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { testConfig } from '../../config/testing.js';
import { SystemClock } from '../../platform/time/index.js';
import { isRunning, ownIdentity } from '../../platform/process/index.js';
import { TemporaryDirectories } from './temporary-directories.js';

describe('TemporaryDirectories', () => {
  let stateDir: string;
  let root: string;
  let directories: TemporaryDirectories;

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'oriel-directories-'));
    root = join(stateDir, 'tmp');
    directories = new TemporaryDirectories(testConfig({ stateDir }), new SystemClock());
  });

  afterEach(async () => {
    await rm(stateDir, { recursive: true, force: true });
  });

  it('gives each use a directory of its own and removes it with all it holds', async () => {
    const used = await Promise.all(
      [1, 2].map((number) =>
        directories.use('render', async (directory) => {
          await mkdir(join(directory, 'deep'));
          await writeFile(join(directory, 'deep', 'file'), 'x');
          return { number, directory };
        }),
      ),
    );
    expect(new Set(used.map(({ directory }) => directory)).size).toBe(2);
    await expect(readdir(root)).resolves.toEqual([]);
  });

  it('removes the directory also when the work fails', async () => {
    await expect(directories.use('upload', async () => await Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
    await expect(readdir(root)).resolves.toEqual([]);
  });

  it('sweeps nothing where nothing was ever made', async () => {
    await expect(directories.sweep()).resolves.toBe(0);
  });

  it('sweeps what a killed process left, and leaves alone what is in use or not ours', async () => {
    const dead = await deadProcess();
    const { host, startedAt } = await ownIdentity();
    await mkdir(join(root, `render-${host}.${dead}.1234-abcdef`), { recursive: true });
    // The number of this process, but an earlier one that had it: a container's process 1 after a restart.
    await mkdir(join(root, `upload-${host}.${process.pid}.1-abcdef`));
    await mkdir(join(root, 'something-else'));
    await directories.use('render', async (inUse) => {
      await expect(directories.sweep()).resolves.toBe(2);
      await expect(readdir(root)).resolves.toEqual([basename(inUse), 'something-else'].sort());
    });
    expect(startedAt).not.toBe('unknown');
  });

  it("leaves another machine's directories alone until no attempt can be that old", async () => {
    const young = join(root, 'render-elsewhere.1.99-abcdef');
    const old = join(root, 'render-elsewhere.2.99-abcdef');
    await mkdir(young, { recursive: true });
    await mkdir(old);
    const twoDaysAgo = new Date(Date.now() - 48 * 3_600_000);
    await utimes(old, twoDaysAgo, twoDaysAgo);
    await expect(directories.sweep()).resolves.toBe(1);
    await expect(readdir(root)).resolves.toEqual([basename(young)]);
  });

  it('tells a running process from one that has ended', async () => {
    await expect(isRunning(await ownIdentity())).resolves.toBe(true);
    await expect(isRunning({ host: 'x', pid: process.pid, startedAt: 'unknown' })).resolves.toBe(true);
    await expect(isRunning({ host: 'x', pid: await deadProcess(), startedAt: 'unknown' })).resolves.toBe(false);
  });
});

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}
