const MAX_CHARACTERS = 60;
/** Names that Windows keeps for its devices, whatever follows the dot. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * A file name made of the title: letters and digits of any script, everything else a single `-`, so that no path, header or
 * shell takes offence at it.
 */
export function videoFilename(title: string | null): string {
  const words = (title ?? '')
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '');
  const name = Array.from(words).slice(0, MAX_CHARACTERS).join('').replace(/-+$/, '');
  return `${name === '' || DEVICE_NAME.test(name) ? 'oriel-video' : name}.mp4`;
}
