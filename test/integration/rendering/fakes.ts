import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../../../src/platform/errors/index.js';
import { newId } from '../../../src/platform/time/index.js';
import type { AudioInspector, InspectedAudio } from '../../../src/rendering/ports/audio-inspector.port.js';
import type {
  RenderedVideo,
  Renderer,
  RenderOptions,
  RenderRequest,
} from '../../../src/rendering/ports/renderer.port.js';
import type { ObjectStorage, StoreOptions, StoreRequest } from '../../../src/storage/index.js';

export const TRACK: InspectedAudio = {
  format: 'wav',
  mimeType: 'audio/wav',
  codec: 'PCM',
  durationSeconds: 12,
  channels: 2,
  sampleRateHz: 44_100,
};

/** Object storage in memory. Objects are ids with keys; their bytes do not matter. */
export class MemoryStorage {
  readonly keys = new Map<string, string>();
  /** Called while an object is on its way, registered already; throw to make it fail. */
  whileStoring: (request: StoreRequest) => void | Promise<void> = () => undefined;

  async store(request: StoreRequest, { registered }: StoreOptions = {}): Promise<{ id: string }> {
    const id = newId();
    await registered?.(id);
    this.keys.set(id, request.key);
    try {
      await this.whileStoring(request);
    } catch (error) {
      this.keys.delete(id);
      throw error;
    }
    if (!this.keys.has(id)) throw new StorageError('STORAGE_ERROR', { cause: new Error('It was removed meanwhile') });
    return { id };
  }

  async fetchToFile(id: string, path: string): Promise<void> {
    if (!this.keys.has(id)) throw new Error(`No object ${id}`);
    await writeFile(path, 'track');
  }

  async downloadUrl(id: string, { filename }: { filename: string }): Promise<{ url: string; expiresAt: Date }> {
    return { url: `https://storage.example/${id}/${encodeURIComponent(filename)}`, expiresAt: new Date(0) };
  }

  async remove(id: string): Promise<void> {
    this.keys.delete(id);
  }

  get asStorage(): ObjectStorage {
    return this as unknown as ObjectStorage;
  }
}

type Script = (request: RenderRequest, options: RenderOptions) => Promise<void>;

/** A renderer that does what the test says and then "finishes". */
export class ScriptedRenderer implements Renderer {
  readonly requests: RenderRequest[] = [];
  private readonly script: Script[] = [];

  /** What the next render does that has no script yet. */
  next(step: Script): this {
    this.script.push(step);
    return this;
  }

  async render(request: RenderRequest, options: RenderOptions): Promise<RenderedVideo> {
    this.requests.push(request);
    options.signal.throwIfAborted();
    await this.script.shift()?.(request, options);
    const videoPath = join(request.workDirectory, 'video.mp4');
    const thumbnailPath = join(request.workDirectory, 'thumbnail.jpg');
    await writeFile(videoPath, 'video');
    await writeFile(thumbnailPath, 'picture');
    const facts = {
      sizeBytes: 5,
      durationSeconds: 12,
      frames: 360,
      renderMs: 6_000,
      peakMemoryBytes: 1,
      peakGroupMemoryBytes: 1,
    };
    return { videoPath, thumbnailPath, ...facts };
  }
}

/** A render that goes on until it is aborted. */
export function untilAborted(started: () => void): Script {
  return async (_request, { signal }) =>
    await new Promise((_resolve, reject) => {
      const stop = (): void => {
        reject(signal.reason as Error);
      };
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
      started();
    });
}

/** An inspector that finds {@link TRACK} in everything, unless told otherwise. */
export class ScriptedInspector implements AudioInspector {
  /** Paths it was asked about. */
  readonly inspected: string[] = [];
  finding: () => InspectedAudio = () => TRACK;

  async inspect(path: string): Promise<InspectedAudio> {
    this.inspected.push(path);
    return await Promise.resolve(this.finding());
  }
}
