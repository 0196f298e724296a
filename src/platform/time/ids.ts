import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const RANDOM_BYTES = 16;

/** Asking the system for randomness costs far more than the rest of an id, so it is asked for many ids at once. */
const pool = new Uint8Array(RANDOM_BYTES * 256);
let used = pool.length;
let lastMs = 0;
let sequence = 0;

/** A new id that sorts by creation time (UUID version 7, RFC 9562 §5.7), also within one millisecond (§6.2, method 1). */
export function newId(): string {
  const random = nextRandom();
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    lastMs = nowMs;
    // A bit less than the field has, which leaves room to count in.
    sequence = new DataView(random.buffer, random.byteOffset).getUint32(6) >>> 1;
  } else {
    sequence += 1;
  }
  return v7({ random, msecs: lastMs, seq: sequence });
}

function nextRandom(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += RANDOM_BYTES;
  return pool.subarray(used - RANDOM_BYTES, used);
}
