/** What a look is drawn from. */
export interface VisualSettings {
  readonly visualization: 'bars' | 'waveform' | 'circular' | 'spectrum';
  readonly widthPx: number;
  readonly heightPx: number;
  readonly fps: number;
  /** `#rrggbb`. */
  readonly color: string;
  /** `#rrggbb`. */
  readonly backgroundColor: string;
  readonly title: string | null;
}
