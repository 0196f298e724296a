/**
 * The part of the Canvas 2D interface the looks are drawn with. A browser's `CanvasRenderingContext2D` and the renderer's Skia
 * context both satisfy it, so that the preview on the page and the rendered video are drawn by the same code.
 */
export interface Canvas2D {
  fillStyle: string | object;
  strokeStyle: string | object;
  lineWidth: number;
  lineCap: 'butt' | 'round' | 'square';
  lineJoin: 'bevel' | 'miter' | 'round';
  globalAlpha: number;
  globalCompositeOperation: string;
  font: string;
  /** Where it exists, variable fonts need their weight said a second time. */
  fontVariationSettings?: string;
  textAlign: string;
  textBaseline: string;
  direction: string;
  save(): void;
  restore(): void;
  beginPath(): void;
  closePath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  quadraticCurveTo(controlX: number, controlY: number, x: number, y: number): void;
  arc(x: number, y: number, radius: number, startAngle: number, endAngle: number): void;
  rect(x: number, y: number, width: number, height: number): void;
  roundRect(x: number, y: number, width: number, height: number, radii: number | number[]): void;
  fill(): void;
  stroke(): void;
  clip(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  clearRect(x: number, y: number, width: number, height: number): void;
  createLinearGradient(x0: number, y0: number, x1: number, y1: number): Gradient;
  createRadialGradient(x0: number, y0: number, r0: number, x1: number, y1: number, r1: number): Gradient;
  drawImage(image: object, x: number, y: number): void;
  drawImage(image: object, x: number, y: number, width: number, height: number): void;
  drawImage(
    image: object,
    sourceX: number,
    sourceY: number,
    sourceWidth: number,
    sourceHeight: number,
    x: number,
    y: number,
    width: number,
    height: number,
  ): void;
  getImageData(x: number, y: number, width: number, height: number): Pixels;
  putImageData(pixels: Pixels, x: number, y: number): void;
  fillText(text: string, x: number, y: number): void;
  measureText(text: string): { readonly width: number };
}

export interface Gradient {
  addColorStop(offset: number, color: string): void;
}

export interface Pixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** A drawing surface together with the object by which it is drawn onto another one. */
export interface Layer {
  readonly image: object;
  readonly context: Canvas2D;
}

/** Makes an empty, transparent surface of whole pixels. */
export type LayerFactory = (widthPx: number, heightPx: number) => Layer;

/** A rectangle in pixels. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest rectangle that holds both. */
export function unionOf(a: Rect, b: Rect): Rect {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

/**
 * Grows a rectangle outwards to even coordinates inside the surface: video with 4:2:0 chroma is updated in blocks of two by two pixels.
 */
export function alignedToChroma(rect: Rect, widthPx: number, heightPx: number): Rect {
  const left = Math.max(0, Math.floor(rect.x / 2) * 2);
  const top = Math.max(0, Math.floor(rect.y / 2) * 2);
  const right = Math.min(widthPx, Math.ceil((rect.x + rect.width) / 2) * 2);
  const bottom = Math.min(heightPx, Math.ceil((rect.y + rect.height) / 2) * 2);
  return { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}
