const SIZE = 128;

/** Which characters of ASCII a pattern for one character takes, to be looked up by their code in loops over a long text. */
export function asciiSet(pattern: RegExp): (code: number) => boolean {
  const members = Uint8Array.from({ length: SIZE }, (_none, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0));
  return (code) => code < SIZE && members[code] === 1;
}
