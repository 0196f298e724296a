import { createHash } from 'node:crypto';
import { StripeRefusal } from './stripe-error.js';
import type { StoredAnswer, StripeLedger } from './stripe-ledger.js';

/** Stripe forgets a key after at least 24 hours (docs.stripe.com/api/idempotent_requests). */
const LIFETIME_MS = 86_400_000;
const MAX_KEY_LENGTH = 255;

/** Remembers the answers to requests with an `Idempotency-Key`, and which keys are in use right now. */
export class IdempotencyKeys {
  private readonly inUse = new Set<string>();

  constructor(private readonly ledger: StripeLedger) {
    const nowMs = ledger.clock.now().getTime();
    const expired = ledger.list('idempotency').filter(({ createdAtMs }) => nowMs - createdAtMs >= LIFETIME_MS);
    ledger.commit(...expired.map(({ key }) => ledger.put('idempotency', key, null)));
  }

  /**
   * Claims the key for one request.
   * @returns the answer of the request that used it before, if it was the same; null when this is the first.
   * @throws StripeRefusal 400 when it was used with other parameters, 409 while another request holds it.
   */
  claim(key: string, fingerprint: string): StoredAnswer | null {
    if (key.length > MAX_KEY_LENGTH) {
      throw new StripeRefusal(400, {
        type: 'invalid_request_error',
        message: `Idempotency keys may be at most ${MAX_KEY_LENGTH} characters long.`,
      });
    }
    const answer = this.ledger.get('idempotency', key);
    const known = answer !== undefined && this.ledger.clock.now().getTime() - answer.createdAtMs < LIFETIME_MS;
    if (known && answer.fingerprint !== fingerprint) {
      throw new StripeRefusal(400, {
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      });
    }
    if (this.inUse.has(key)) {
      throw new StripeRefusal(409, {
        type: 'invalid_request_error',
        code: 'idempotency_key_in_use',
        message:
          'There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through).',
      });
    }
    if (known) return answer;
    this.inUse.add(key);
    return null;
  }

  /** Gives the key free once its request was answered, or its caller is gone. */
  release(key: string): void {
    this.inUse.delete(key);
  }
}

/** What must be equal for two requests to be the same. */
export function fingerprintOf(method: string, path: string, body: string): string {
  return createHash('sha256').update(`${method} ${path}\n${body}`).digest('hex');
}
