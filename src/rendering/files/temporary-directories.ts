import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { isRunning, ownIdentity, systemErrorCode } from '../../platform/process/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';

const NAME = /^(?:render|upload)-(?<host>[\w-]+)\.(?<pid>\d+)\.(?<startedAt>\w+)-\w+$/;
/** Nobody can tell whether another machine's process runs; no attempt lasts as long as this. */
const FOREIGN_MAX_AGE_MS = 24 * 3_600_000;

/**
 * Directories in which uploads and render attempts keep their files. Their names carry the process that made them, so that
 * what a killed process left behind is told from what another one on the same disk is using.
 */
@Injectable()
export class TemporaryDirectories {
  private readonly logger = new Logger(TemporaryDirectories.name);
  private readonly root: string;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.root = config.rendering.tempDir;
  }

  /**
   * Runs `work` in a new directory of its own, which is gone afterwards however `work` ended.
   *
   * @param purpose - first part of the directory's name
   */
  async use<T>(purpose: 'render' | 'upload', work: (directory: string) => Promise<T>): Promise<T> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    const { host, pid, startedAt } = await ownIdentity();
    const directory = await mkdtemp(join(this.root, `${purpose}-${host}.${pid}.${startedAt}-`));
    try {
      return await work(directory);
    } finally {
      await this.remove(directory);
    }
  }

  /**
   * Removes what processes left behind that no longer run.
   *
   * @returns how many directories that were
   */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const name of await this.names()) {
      if (!(await this.isAbandoned(name))) continue;
      await this.remove(join(this.root, name));
      removed += 1;
    }
    if (removed > 0) this.logger.log({ msg: 'removed directories of processes that are gone', removed });
    return removed;
  }

  private async isAbandoned(name: string): Promise<boolean> {
    const { host = '', pid = '', startedAt = '' } = NAME.exec(name)?.groups ?? {};
    if (host === '') return false;
    if (host === (await ownIdentity()).host) return !(await isRunning({ host, pid: Number(pid), startedAt }));
    try {
      const { mtimeMs } = await stat(join(this.root, name));
      return this.clock.now().getTime() - mtimeMs > FOREIGN_MAX_AGE_MS;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  private async names(): Promise<readonly string[]> {
    try {
      return await readdir(this.root);
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** A directory that cannot be removed now must not turn a success into a failure; the next sweep tries again. */
  private async remove(directory: string): Promise<void> {
    try {
      await rm(directory, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
    } catch (err) {
      this.logger.error({ msg: 'could not remove a temporary directory', err, directory });
    }
  }
}
