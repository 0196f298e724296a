export { ANALYSIS_RATE_HZ, ANALYSIS_WINDOW } from './audio-analyser.js';
export type { AudioFrame } from './audio-frame.js';
export type { Canvas2D, Layer, LayerFactory, Rect } from './canvas.js';
export type { VisualSettings } from './settings.js';
export { Stage } from './stage.js';
export { isBeyondLatin, type TitleFont, titleFontsFor, type UnicodeRanges } from './title-fonts.js';
