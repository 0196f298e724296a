import { statfs } from 'node:fs/promises';
import { RenderingResourceError } from '../../platform/errors/index.js';
import type { RenderRequest } from '../ports/renderer.port.js';

/** What the machine has left. */
export interface ResourceProbe {
  freeDiskBytes(directory: string): Promise<number>;
  availableMemoryBytes(): number;
}

/** Asks the operating system; memory within the limits of the container. */
export class SystemResourceProbe implements ResourceProbe {
  async freeDiskBytes(directory: string): Promise<number> {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  }

  availableMemoryBytes(): number {
    return process.availableMemory();
  }
}

const MIB = 1024 * 1024;
/** The busiest looks stay below 0.12 bits a pixel at the encoder's settings. */
const BITS_PER_PIXEL = 0.2;
const AUDIO_BITS_PER_SECOND = 200_000;
const DISK_MARGIN_BYTES = 64 * MIB;
const BASE_MEMORY_BYTES = 260 * MIB;
/** Encoder look-ahead and references, canvas and buffers: 4:2:0 frames of 1.5 bytes a pixel, some 90 of them with 2 threads. */
const MEMORY_BYTES_PER_PIXEL = 140;

/** Room that the finished video will need at most, in bytes. */
export function neededDiskBytes({ look, audio }: Pick<RenderRequest, 'look' | 'audio'>): number {
  const videoBitsPerSecond = look.widthPx * look.heightPx * look.fps * BITS_PER_PIXEL;
  return Math.ceil(((videoBitsPerSecond + AUDIO_BITS_PER_SECOND) * audio.durationSeconds) / 8) + DISK_MARGIN_BYTES;
}

/** Memory that the renderer and its ffmpegs will need, in bytes. */
export function neededMemoryBytes({ look }: Pick<RenderRequest, 'look'>): number {
  return BASE_MEMORY_BYTES + look.widthPx * look.heightPx * MEMORY_BYTES_PER_PIXEL;
}

/** @throws RenderingResourceError `RENDERING_DISK_ERROR` or `RENDERING_MEMORY_ERROR` when there is too little of either to begin. */
export async function checkResources(request: RenderRequest, probe: ResourceProbe): Promise<void> {
  const freeDisk = await probe.freeDiskBytes(request.workDirectory);
  const neededDisk = neededDiskBytes(request);
  if (freeDisk < neededDisk) {
    throw new RenderingResourceError('RENDERING_DISK_ERROR', {
      cause: new Error(`${freeDisk} bytes free, ${neededDisk} needed`),
    });
  }
  const freeMemory = probe.availableMemoryBytes();
  const neededMemory = neededMemoryBytes(request);
  if (freeMemory < neededMemory) {
    throw new RenderingResourceError('RENDERING_MEMORY_ERROR', {
      cause: new Error(`${freeMemory} bytes of memory available, ${neededMemory} needed`),
    });
  }
}
