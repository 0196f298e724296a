/**
 * The journey of a customer under each fault in turn, for a person to watch: what broke, what the customer saw, how it healed and
 * how long that took. Without a server of its own (`--running`) it can break the vendors only, not processes.
 */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Fault, PROCESS_FAULTS, VENDOR_FAULTS } from './chaos/faults.ts';
import { HealthWatch } from './chaos/healing.ts';
import { Stage } from './chaos/stage.ts';
import { Visit } from './chaos/visit.ts';
import { synthesizeTrack } from './synthesize-track.ts';
import { say } from './terminal.ts';

/** Longest time (ms) that a vendor stays broken; it comes back earlier when the customer has all she came for. */
const FAULT_MS = 6_000;
/** So much of a second is nothing that a customer would notice. */
const NOTICEABLE_MS = 1_500;

interface Tracks {
  readonly short: string;
  /** Long enough to be struck while it is drawn. */
  readonly long: string;
}

/** Runs one fault and tells of it. @returns whether everything healed */
async function play(stage: Stage, fault: Fault, tracks: Tracks, undisturbedMs: number): Promise<boolean> {
  say(`${`${fault.part} ${fault.name}`.padEnd(22)} broke   ${fault.what}`);
  const visit = new Visit(stage);
  const watch = new HealthWatch(() => stage.server.origin);
  let endedMs = performance.now();
  watch.start();
  try {
    const visiting =
      fault.strikes === 'at once' ? outlast(stage, fault, visit, tracks) : struck(stage, fault, visit, tracks);
    endedMs = await visiting;
    await watch.untilWell();
    say(`${' '.repeat(22)} saw     ${whatSheSaw(visit, undisturbedMs)}`);
    say(
      `${' '.repeat(22)} healed  ${howItHealed(watch)}: all within ${seconds(performance.now() - endedMs)} of its end`,
    );
    return true;
  } catch (error) {
    say(`${' '.repeat(22)} saw     ${whatSheSaw(visit, undisturbedMs)}`);
    say(`${' '.repeat(22)} NOT HEALED  ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    await fault.end(stage);
    await watch.stop();
  }
}

/** The fault is there when she comes. @returns when it was over */
async function outlast(stage: Stage, fault: Fault, visit: Visit, { short }: Tracks): Promise<number> {
  await fault.begin(stage);
  const visiting = visit.run(short, () => {});
  // Waited for below; without this a failure before that would end the program.
  visiting.catch(() => {});
  await Promise.race([visiting, delay(FAULT_MS)]);
  await fault.end(stage);
  const endedMs = performance.now();
  await visiting;
  return endedMs;
}

/** The fault strikes while her video is drawn. @returns when it had struck */
async function struck(stage: Stage, fault: Fault, visit: Visit, { long }: Tracks): Promise<number> {
  const rendering = Promise.withResolvers<void>();
  const visiting = visit.run(long, rendering.resolve);
  await Promise.race([visiting, rendering.promise]);
  // Waited for below; without this a failure before that would end the program.
  visiting.catch(() => {});
  // The next fault must not meet this one, whatever becomes of her visit.
  await fault.begin(stage);
  const endedMs = performance.now();
  await visiting;
  return endedMs;
}

function whatSheSaw(visit: Visit, undisturbedMs: number): string {
  const told = [...visit.seen].map(([what, times]) => (times === 1 ? what : `${what} (${times} times)`));
  const longerMs = visit.totalMs - undisturbedMs;
  if (told.length === 0 && longerMs < NOTICEABLE_MS) return `nothing: video and mails in ${seconds(visit.totalMs)}`;
  const slow = longerMs < NOTICEABLE_MS ? [] : [`video and mails came in ${seconds(visit.totalMs)}`];
  return [...told, ...slow].join('; ');
}

function howItHealed(watch: HealthWatch): string {
  const healed = [...watch.suffered.keys()].map((name) => `${name} is well again`);
  if (watch.waitingObjects > 0) healed.push(`${watch.waitingObjects} object(s) moved on to Cloud Storage`);
  return ['she has her video and three mails, none twice', ...healed].join('; ');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function select(patterns: readonly string[], all: readonly Fault[]): readonly Fault[] {
  if (patterns.length === 0) return all;
  const chosen = all.filter(({ part, name }) => patterns.includes(part) || patterns.includes(`${part}:${name}`));
  if (chosen.length > 0) return chosen;
  throw new Error(`No such fault. There are: ${all.map(({ part, name }) => `${part}:${name}`).join(' ')}`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { running: { type: 'boolean', default: false } },
  });
  const possible = values.running ? VENDOR_FAULTS : [...VENDOR_FAULTS, ...PROCESS_FAULTS];
  const faults = select(positionals, possible);
  const stage = await Stage.set(resolve(process.env['STATE_DIR'] ?? 'var'), values.running);
  try {
    const tracks = { short: join(stage.directory, 'short.wav'), long: join(stage.directory, 'long.wav') };
    await writeFile(tracks.short, synthesizeTrack(2));
    await writeFile(tracks.long, synthesizeTrack(15));
    say(`Oriel Signal FX Pro at ${stage.server.origin}: ${faults.length} faults, one after another`);
    const undisturbed = new Visit(stage);
    await undisturbed.run(tracks.short, () => {});
    say(`${'undisturbed'.padEnd(22)} saw     video and mails in ${seconds(undisturbed.totalMs)}\n`);
    let healed = 0;
    for (const fault of faults) {
      if (await play(stage, fault, tracks, undisturbed.totalMs)) healed += 1;
    }
    say(`\n${healed} of ${faults.length} healed with nobody touching anything`);
    if (healed < faults.length) process.exitCode = 1;
  } finally {
    await stage.close();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
