import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Stage } from './stage.ts';

const LOOK_MS = 20;
/** How long a process that is to be struck may take to appear. */
const APPEAR_MS = 30_000;

interface Child {
  readonly pid: number;
  readonly parentPid: number;
  readonly command: string;
}

export async function killFfmpeg(stage: Stage): Promise<void> {
  process.kill(await appearing(stage, isEncoder), 'SIGKILL');
}

export async function stallFfmpeg(stage: Stage): Promise<void> {
  process.kill(await appearing(stage, isEncoder), 'SIGSTOP');
}

export async function killRenderer(stage: Stage): Promise<void> {
  process.kill(await appearing(stage, ({ command }) => command.includes('render-process')), 'SIGKILL');
}

/** PostgreSQL's fast shutdown: clients are told, everything is written. */
export async function shutDownDatabase(stage: Stage): Promise<void> {
  process.kill(await postmasterOf(stage), 'SIGINT');
}

/** Nobody is told, nothing is written; the next start recovers from the log. */
export async function killDatabase(stage: Stage): Promise<void> {
  process.kill(await postmasterOf(stage), 'SIGKILL');
}

/** Of the two that a render has, the one that takes the frames. */
function isEncoder({ command }: Child): boolean {
  return command.includes('ffmpeg') && command.includes('rawvideo');
}

async function postmasterOf({ directory }: Stage): Promise<number> {
  const [pid = ''] = (await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  return Number(pid);
}

/** The next process below our server that is the one. */
async function appearing({ ownPid }: Stage, isIt: (child: Child) => boolean): Promise<number> {
  if (ownPid === null) throw new Error('The server is somebody else’s');
  for (const deadline = performance.now() + APPEAR_MS; performance.now() < deadline; await delay(LOOK_MS)) {
    const found = below(ownPid, await processTable()).find(isIt);
    if (found !== undefined) return found.pid;
  }
  throw new Error('The process to be struck did not appear');
}

function below(pid: number, table: readonly Child[]): readonly Child[] {
  const children = table.filter(({ parentPid }) => parentPid === pid);
  return [...children, ...children.flatMap((child) => below(child.pid, table))];
}

async function processTable(): Promise<readonly Child[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match === null ? [] : [{ pid: Number(match[1]), parentPid: Number(match[2]), command: match[3] ?? '' }];
  });
}
