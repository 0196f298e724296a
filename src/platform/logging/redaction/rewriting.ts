/** In code units of UTF-16. */
const CHUNK_SIZE = 16_384;
/** From this length on a part that stays is cheaper to append than to copy. */
const LONG_PART = 256;

const chunk = Buffer.allocUnsafeSlow(CHUNK_SIZE * 2);
const doubleBytes = new Uint16Array(chunk.buffer, chunk.byteOffset, CHUNK_SIZE);
/** Strings without such characters are kept in one byte for each, and read several times as fast. */
const NOT_LATIN1 = /[^\0-\xff]/;

/**
 * A text with some of its parts replaced, from the left to the right, by what has no characters that the text cannot have. Short
 * parts are gathered in one place that all rewritings share, so that a hundred thousand of them do not become as many strings that
 * wait for the garbage collector: a rewriting has to be finished before the next begins.
 */
export class Rewriting {
  private result = '';
  private copiedTo = 0;
  /** Units that are gathered and not yet in the result. */
  private gathered = 0;
  private wide = false;

  constructor(private readonly text: string) {}

  /** Puts `by` in place of what is between two positions of the text, none of which is before an earlier part. */
  replace(start: number, end: number, by: string): void {
    if (this.copiedTo === 0) this.wide = NOT_LATIN1.test(this.text);
    this.append(this.text, this.copiedTo, start);
    this.append(by, 0, by.length);
    this.copiedTo = end;
  }

  finish(): string {
    if (this.copiedTo === 0) return this.text;
    this.append(this.text, this.copiedTo, this.text.length);
    this.flush();
    return this.result;
  }

  private append(from: string, start: number, end: number): void {
    const long = end - start >= LONG_PART;
    if (long || this.gathered + end - start > CHUNK_SIZE) this.flush();
    if (long) {
      this.result += from.slice(start, end);
      return;
    }
    const shift = this.gathered - start;
    if (this.wide) for (let at = start; at < end; at += 1) doubleBytes[at + shift] = from.charCodeAt(at);
    else for (let at = start; at < end; at += 1) chunk[at + shift] = from.charCodeAt(at);
    this.gathered += end - start;
  }

  private flush(): void {
    if (this.gathered === 0) return;
    this.result += this.wide
      ? chunk.toString('utf16le', 0, this.gathered * 2)
      : chunk.toString('latin1', 0, this.gathered);
    this.gathered = 0;
  }
}
