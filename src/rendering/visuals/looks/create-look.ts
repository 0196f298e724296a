import type { VisualSettings } from '../settings.js';
import { BarsLook } from './bars.js';
import { CircularLook } from './circular.js';
import type { Look, LookKit } from './look.js';
import { SpectrumLook } from './spectrum.js';
import { WaveformLook } from './waveform.js';

export function createLook(visualization: VisualSettings['visualization'], kit: LookKit): Look {
  switch (visualization) {
    case 'bars':
      return new BarsLook(kit);
    case 'waveform':
      return new WaveformLook(kit);
    case 'circular':
      return new CircularLook(kit);
    case 'spectrum':
      return new SpectrumLook(kit);
  }
}
