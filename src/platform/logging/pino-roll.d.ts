/** pino-roll 4 ships no types; this is what is used of it. */
declare module 'pino-roll' {
  import type { EventEmitter } from 'node:events';

  interface RollingStream extends EventEmitter {
    /** Path of the file being written. */
    readonly file: string;
    write(text: string): boolean;
    end(): void;
  }

  interface RollOptions {
    /** Path without number and extension. */
    readonly file: string;
    readonly extension: string;
    /** Such as `10m`. */
    readonly size: string;
    readonly mkdir: boolean;
    readonly limit: { readonly count: number; readonly removeOtherLogFiles: boolean };
  }

  export default function roll(options: RollOptions): Promise<RollingStream>;
}
