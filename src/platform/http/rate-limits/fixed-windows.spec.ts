import { ManualClock } from '../../time/manual-clock.js';
import { FixedWindows } from './fixed-windows.js';

/** Fake: time. */
describe('FixedWindows', () => {
  let clock: ManualClock;
  let windows: FixedWindows;

  beforeEach(() => {
    clock = new ManualClock();
    windows = new FixedWindows(60, clock);
  });

  it('counts each caller apart and says how long the window still is', () => {
    expect(windows.consume('ada')).toEqual({ consumed: 1, msLeft: 60_000 });
    clock.advance(20_000);
    expect(windows.consume('ada')).toEqual({ consumed: 2, msLeft: 40_000 });
    expect(windows.consume('bob')).toEqual({ consumed: 1, msLeft: 60_000 });
  });

  it('begins anew when the window is over, not a millisecond sooner', () => {
    windows.consume('ada');
    clock.advance(59_999);
    expect(windows.consume('ada')).toEqual({ consumed: 2, msLeft: 1 });
    clock.advance(1);
    expect(windows.consume('ada')).toEqual({ consumed: 1, msLeft: 60_000 });
  });

  it('forgets callers whose window is over when another one opens', () => {
    for (let caller = 0; caller < 1_000; caller += 1) windows.consume(`caller ${caller}`);
    clock.advance(30_000);
    windows.consume('ada');
    expect(windows.size).toBe(1_001);
    clock.advance(30_000);
    windows.consume('bob');
    expect(windows.size).toBe(2);
    expect(windows.consume('ada')).toMatchObject({ consumed: 2 });
  });

  it('keeps the order of the ends when a caller comes back late', () => {
    windows.consume('ada');
    windows.consume('bob');
    clock.advance(60_000);
    windows.consume('bob');
    clock.advance(30_000);
    windows.consume('eve');
    clock.advance(30_000);
    windows.consume('zoe');
    expect(windows.size).toBe(2);
  });
});
