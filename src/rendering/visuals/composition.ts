import type { Rect } from './canvas.js';

/** Where things stand on a surface of any shape. */
export interface Composition {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Length of one pixel of a 1080-pixel-high design on this surface. */
  readonly unit: number;
  readonly visual: Rect;
  readonly title: Rect;
}

interface Shares {
  readonly side: number;
  readonly top: number;
  readonly bottom: number;
  readonly titleTop: number;
  readonly titleBottom: number;
}

/** Portrait keeps clear of the controls that short-video apps lay over the top and the lower quarter. */
const SHAPES: Record<'landscape' | 'square' | 'portrait', Shares> = {
  landscape: { side: 0.07, top: 0.09, bottom: 0.79, titleTop: 0.825, titleBottom: 0.915 },
  square: { side: 0.06, top: 0.1, bottom: 0.78, titleTop: 0.82, titleBottom: 0.905 },
  portrait: { side: 0.06, top: 0.2, bottom: 0.66, titleTop: 0.69, titleBottom: 0.745 },
};

/** @param hasTitle - without a title the visual takes the middle of the surface. */
export function composeFor(widthPx: number, heightPx: number, hasTitle: boolean): Composition {
  const ratio = widthPx / heightPx;
  let shares = SHAPES.square;
  if (ratio > 1.2) shares = SHAPES.landscape;
  else if (ratio < 0.84) shares = SHAPES.portrait;
  const height = (shares.bottom - shares.top) * heightPx;
  const top = hasTitle ? shares.top * heightPx : (heightPx - height) / 2;
  const side = shares.side * widthPx;
  return {
    widthPx,
    heightPx,
    unit: Math.min(widthPx, heightPx) / 1080,
    visual: { x: side, y: top, width: widthPx - 2 * side, height },
    title: {
      x: side,
      y: shares.titleTop * heightPx,
      width: widthPx - 2 * side,
      height: (shares.titleBottom - shares.titleTop) * heightPx,
    },
  };
}
