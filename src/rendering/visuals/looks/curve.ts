import type { Canvas2D } from '../canvas.js';

/**
 * Adds a smooth curve through the midpoints of the given points to the current path: quadratic segments with the points as controls.
 *
 * @param connect - joins the curve to the path so far with a straight line instead of starting anew.
 */
export function traceCurve(
  context: Canvas2D,
  count: number,
  xAt: (index: number) => number,
  yAt: (index: number) => number,
  connect = false,
): void {
  if (connect) context.lineTo(xAt(0), yAt(0));
  else context.moveTo(xAt(0), yAt(0));
  for (let i = 1; i < count - 1; i += 1) {
    const x = xAt(i);
    const y = yAt(i);
    context.quadraticCurveTo(x, y, (x + xAt(i + 1)) / 2, (y + yAt(i + 1)) / 2);
  }
  context.lineTo(xAt(count - 1), yAt(count - 1));
}
