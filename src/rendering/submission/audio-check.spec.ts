import { testConfig } from '../../config/testing.js';
import type { AudioInspector, InspectedAudio } from '../ports/audio-inspector.port.js';
import { AudioCheck } from './audio-check.js';

const FOUND: InspectedAudio = {
  format: 'mp3',
  mimeType: 'audio/mpeg',
  codec: 'MPEG 1 Layer 3',
  durationSeconds: 5,
  channels: 2,
  sampleRateHz: 44_100,
};

class HeldInspector implements AudioInspector {
  readonly begun: { readonly path: string; readonly finish: (error?: Error) => void }[] = [];

  async inspect(path: string): Promise<InspectedAudio> {
    return await new Promise((resolve, reject) => {
      const finish = (error?: Error): void => {
        if (error === undefined) resolve(FOUND);
        else reject(error);
      };
      this.begun.push({ path, finish });
    });
  }
}

describe('AudioCheck', () => {
  it('decodes as many tracks at once as it may, the others in the order they came', async () => {
    const inspector = new HeldInspector();
    const check = new AudioCheck(inspector, testConfig({ rendering: { concurrency: 2 } }));
    const never = new AbortController().signal;
    const results = ['a', 'b', 'c', 'd'].map((path) => check.inspect(path, never));
    await turn();
    expect(inspector.begun.map(({ path }) => path)).toEqual(['a', 'b']);
    inspector.begun[0]?.finish(new Error('unreadable'));
    await expect(results[0]).rejects.toThrow('unreadable');
    await turn();
    expect(inspector.begun.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
    inspector.begun[1]?.finish();
    await turn();
    inspector.begun[2]?.finish();
    inspector.begun[3]?.finish();
    await expect(Promise.all(results.slice(1))).resolves.toEqual([FOUND, FOUND, FOUND]);
  });

  it('does not decode for a client who has gone while waiting, and passes the place on', async () => {
    const inspector = new HeldInspector();
    const check = new AudioCheck(inspector, testConfig({ rendering: { concurrency: 1 } }));
    const never = new AbortController().signal;
    const gone = new AbortController();
    const first = check.inspect('a', never);
    const second = check.inspect('b', gone.signal);
    const third = check.inspect('c', never);
    gone.abort(new Error('gone'));
    await turn();
    inspector.begun[0]?.finish();
    await expect(second).rejects.toThrow('gone');
    await turn();
    expect(inspector.begun.map(({ path }) => path)).toEqual(['a', 'c']);
    inspector.begun[1]?.finish();
    await Promise.all([first, third]);
  });
});

async function turn(): Promise<void> {
  await new Promise(setImmediate);
}
