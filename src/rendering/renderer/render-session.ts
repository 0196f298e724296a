import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RenderStage } from '../ports/renderer.port.js';
import { ANALYSIS_RATE_HZ, ANALYSIS_WINDOW } from '../visuals/index.js';
import { decoderArguments, encoderArguments } from './ffmpeg-arguments.js';
import type { FfmpegRole } from './ffmpeg-error.js';
import { FfmpegProcess } from './ffmpeg-process.js';
import { endedWell } from './ffmpeg-success.js';
import { followProgress } from './ffmpeg-progress.js';
import { FramePainter } from './frame-painter.js';
import { FrameSink } from './frame-sink.js';
import { MemoryWatch } from './memory-watch.js';
import { PcmSource } from './pcm-source.js';
import { RenderFailedError, type RenderOrder, type RenderOutput } from './render-messages.js';
import { ThumbnailChoice } from './thumbnail-choice.js';

/**
 * One render, inside the renderer process: samples from one ffmpeg, frames drawn from them, frames and the customer's audio into another.
 * Memory does not depend on the length of the track.
 */
export class RenderSession {
  private readonly totalFrames: number;
  private readonly videoPath: string;
  private readonly thumbnailPath: string;
  private readonly running = new Map<FfmpegRole, FfmpegProcess>();
  private exceededBytes: number | undefined;

  /** @param onProgress - `fraction` is the share of encoded frames. */
  constructor(
    private readonly order: RenderOrder,
    private readonly onProgress: (fraction: number, stage: RenderStage) => void,
  ) {
    const { request } = order;
    this.totalFrames = Math.max(1, Math.ceil(request.audio.durationSeconds * request.look.fps));
    this.videoPath = join(request.workDirectory, 'video.mp4');
    this.thumbnailPath = join(request.workDirectory, 'thumbnail.jpg');
  }

  /** @throws RenderFailedError with the reason; both ffmpegs have ended by then. */
  async run(): Promise<RenderOutput> {
    const memory = new MemoryWatch(
      () => [...this.running.values()].flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
      this.order.memoryLimitBytes,
      (usedBytes) => this.giveUpForMemory(usedBytes),
    );
    try {
      const thumbnail = await this.renderVideo();
      await writeFile(this.thumbnailPath, thumbnail);
      const peakMemoryBytes = await memory.peakOwnBytes();
      return {
        videoPath: this.videoPath,
        thumbnailPath: this.thumbnailPath,
        frames: this.totalFrames,
        peakMemoryBytes,
        peakGroupMemoryBytes: Math.max(memory.peakGroupBytes, peakMemoryBytes),
      };
    } catch (error) {
      if (this.exceededBytes === undefined) throw error;
      throw new RenderFailedError({
        reason: 'memory',
        usedBytes: this.exceededBytes,
        limitBytes: this.order.memoryLimitBytes,
      });
    } finally {
      memory.stop();
      await this.endAll();
    }
  }

  private async renderVideo(): Promise<Buffer> {
    const { request } = this.order;
    const painter = new FramePainter(request.look);
    const decoder = this.start('decoder');
    const encoder = this.start('encoder');
    const progress = followProgress(encoder.progress, ({ frames }) => this.report(frames));
    const thumbnail = await this.feed(
      painter,
      new PcmSource(decoder.output, ANALYSIS_WINDOW),
      new FrameSink(encoder.input),
    );
    this.onProgress(1, 'finalizing');
    decoder.output.destroy();
    await progress;
    await this.expectSuccess('encoder');
    return thumbnail;
  }

  /** Draws all frames and hands them over; while one is on its way, the next one is drawn. */
  private async feed(painter: FramePainter, pcm: PcmSource, sink: FrameSink): Promise<Buffer> {
    const { fps } = this.order.request.look;
    const choice = new ThumbnailChoice(this.totalFrames);
    let thumbnail: Buffer | undefined;
    for (let index = 0; index < this.totalFrames; index += 1) {
      await pcm.moveTo(Math.round((index * ANALYSIS_RATE_HZ) / fps));
      // After the end of a stream comes silence, which is the track's only if the decoder ended well.
      if (pcm.ended) await this.expectSuccess('decoder');
      const frame = painter.stage.analyser.analyse(pcm.window.left, pcm.window.right, index / fps);
      painter.paint(frame);
      if (choice.prefers(index, frame)) thumbnail = painter.thumbnail();
      if (!(await sink.send(painter.bytes))) await this.expectSuccess('encoder');
    }
    if (!(await sink.end())) await this.expectSuccess('encoder');
    return thumbnail ?? painter.thumbnail();
  }

  private report(encodedFrames: number): void {
    this.onProgress(Math.min(1, encodedFrames / this.totalFrames), 'rendering');
  }

  private start(role: FfmpegRole): FfmpegProcess {
    const { request, ffmpegPath, encoderThreads } = this.order;
    const { format, channels, sampleRateHz } = request.audio;
    const ffmpeg =
      role === 'decoder'
        ? new FfmpegProcess(ffmpegPath, decoderArguments(request.audioPath, format), { input: false, progress: false })
        : new FfmpegProcess(
            ffmpegPath,
            encoderArguments({
              look: request.look,
              audioPath: request.audioPath,
              audioFormat: format,
              channels,
              sampleRateHz,
              videoPath: this.videoPath,
              threads: encoderThreads,
            }),
            { input: true, progress: true },
          );
    this.running.set(role, ffmpeg);
    return ffmpeg;
  }

  /** Waits for the end of this ffmpeg and throws unless it ended well. */
  private async expectSuccess(role: FfmpegRole): Promise<void> {
    const outcome = await this.running.get(role)?.ended;
    if (outcome === undefined || endedWell(outcome)) return;
    throw new RenderFailedError({ reason: 'ffmpeg', role, outcome });
  }

  private giveUpForMemory(usedBytes: number): void {
    this.exceededBytes = usedBytes;
    for (const ffmpeg of this.running.values()) ffmpeg.stop();
  }

  private async endAll(): Promise<void> {
    for (const ffmpeg of this.running.values()) ffmpeg.stop();
    await Promise.all([...this.running.values()].map(({ ended }) => ended));
  }
}
