import type { Rect } from '../visuals/index.js';
import { assembleYuvKernel, KERNEL_WIDTH_PX } from './yuv-kernel.js';

const PAGE_BYTES = 65_536;
/** Rows converted in one go: few enough to stay in the processor's cache between the copy and the conversion. */
const STRIP_ROWS = 32;
const BYTES_PER_PIXEL = 4;

/** What is used of the WebAssembly JavaScript interface, which is everywhere and whose types belong to the browser's library. */
declare const WebAssembly: {
  readonly Memory: new (descriptor: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

type Kernel = (
  source: number,
  sourceStride: number,
  widthPx: number,
  luma: number,
  lumaStride: number,
  cb: number,
  cr: number,
) => void;

/**
 * One picture in planar 4:2:0, kept from frame to frame and updated only where the drawing changed. Converting here, in place, costs a
 * fraction of letting the encoder's scaler convert every whole RGBA frame, and the encoder is sent 1.5 bytes a pixel instead of four.
 */
export class YuvFrame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  private readonly strip: Uint8Array<ArrayBuffer>;
  private readonly convert: Kernel;
  private readonly stripAddress: number;
  private readonly cbAddress: number;
  private readonly crAddress: number;

  /** @param widthPx - even. @param heightPx - even. */
  constructor(
    private readonly widthPx: number,
    heightPx: number,
  ) {
    const pixels = widthPx * heightPx;
    this.cbAddress = pixels;
    this.crAddress = pixels + pixels / 4;
    const size = (pixels * 3) / 2;
    this.stripAddress = size + (size % BYTES_PER_PIXEL);
    const stripBytes = widthPx * STRIP_ROWS * BYTES_PER_PIXEL;
    const memory = new WebAssembly.Memory({ initial: Math.ceil((this.stripAddress + stripBytes) / PAGE_BYTES) });
    const module = new WebAssembly.Module(assembleYuvKernel());
    this.convert = new WebAssembly.Instance(module, { env: { memory } }).exports['run'] as Kernel;
    this.bytes = new Uint8Array(memory.buffer, 0, size);
    this.strip = new Uint8Array(memory.buffer, this.stripAddress, stripBytes);
  }

  /** This rectangle, moved and widened as far as {@link update} needs. */
  widened(rect: Rect): Rect {
    const width = Math.max(rect.width, KERNEL_WIDTH_PX);
    return { ...rect, x: Math.min(rect.x, this.widthPx - width), width };
  }

  /**
   * @param rgba - opaque pixels of the rectangle, row by row.
   * @param rect - with even position and size, and at least as wide as {@link widened} makes it.
   */
  update(rgba: Uint8Array, rect: Rect): void {
    const rowBytes = rect.width * BYTES_PER_PIXEL;
    for (let row = 0; row < rect.height; row += STRIP_ROWS) {
      const rows = Math.min(STRIP_ROWS, rect.height - row);
      this.strip.set(rgba.subarray(row * rowBytes, (row + rows) * rowBytes));
      for (let pair = 0; pair < rows; pair += 2) {
        this.convertPair(this.stripAddress + pair * rowBytes, rowBytes, rect.x, rect.y + row + pair, rect.width);
      }
    }
  }

  /** Converts whole vectors from the left, then the rest with one more that ends where the rows end. */
  private convertPair(source: number, rowBytes: number, x: number, y: number, width: number): void {
    const whole = width - (width % KERNEL_WIDTH_PX);
    this.convertSpan(source, rowBytes, x, y, whole);
    if (whole === width) return;
    const rest = width - KERNEL_WIDTH_PX;
    this.convertSpan(source + rest * BYTES_PER_PIXEL, rowBytes, x + rest, y, KERNEL_WIDTH_PX);
  }

  private convertSpan(source: number, rowBytes: number, x: number, y: number, width: number): void {
    const { widthPx } = this;
    const chroma = (y / 2) * (widthPx / 2) + x / 2;
    this.convert(source, rowBytes, width, y * widthPx + x, widthPx, this.cbAddress + chroma, this.crAddress + chroma);
  }
}
