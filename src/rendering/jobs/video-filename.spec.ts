import fc from 'fast-check';
import { videoFilename } from './video-filename.js';

describe('videoFilename', () => {
  it.each([
    ['Night Drive', 'Night-Drive.mp4'],
    ['../../etc/passwd', 'etc-passwd.mp4'],
    ['a"b\r\nSet-Cookie: x=1', 'a-b-Set-Cookie-x-1.mp4'],
    ['夜のドライブ', '夜のドライブ.mp4'],
    ['🎵🎵', 'oriel-video.mp4'],
    ['CON', 'oriel-video.mp4'],
    [null, 'oriel-video.mp4'],
  ])('makes of %j the name %j', (title, filename) => {
    expect(videoFilename(title)).toBe(filename);
  });

  it('is a short and harmless name whatever the title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (title) => {
        const name = videoFilename(title);
        expect(name).toMatch(/^[\p{L}\p{M}\p{N}-]+\.mp4$/u);
        expect(name.isWellFormed()).toBe(true);
        expect(Array.from(name).length).toBeLessThanOrEqual(64);
      }),
    );
  });
});
