import { constants, setPriority } from 'node:os';
import { offerToTheOomKiller } from './oom-preference.js';
import { type RenderOrder, type RenderReport, toRenderFailure } from './render-messages.js';
import { RenderSession } from './render-session.js';

/**
 * Entry point of the renderer process. It leads a process group of its own, to which its ffmpegs belong; when the channel to the parent
 * closes, because the parent is gone, it takes the group with it.
 */
process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'));

process.once('message', (message) => {
  // Rendering takes every core it gets; answering requests goes first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  void renderAndReport(message as RenderOrder);
});

async function renderAndReport(order: RenderOrder): Promise<void> {
  try {
    await offerToTheOomKiller();
    const session = new RenderSession(order, (fraction, stage) => report({ kind: 'progress', fraction, stage }));
    report({ kind: 'done', output: await session.run() });
  } catch (error) {
    report({ kind: 'failed', failure: toRenderFailure(error) });
  }
}

function report(message: RenderReport): void {
  process.send?.(message);
}
