const MEBIBYTE = 1_048_576;

/** Time limit of one transfer in milliseconds: 60 s and 1 s a megabyte (resilience table). */
export function transferTimeoutMs(sizeBytes: number): number {
  return 60_000 + Math.ceil(sizeBytes / MEBIBYTE) * 1_000;
}
