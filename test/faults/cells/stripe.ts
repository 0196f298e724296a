import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../../src/platform/errors/index.js';
import type { CustomerRequest } from '../../support/customer.js';
import type { FaultBed } from '../fault-bed.js';
import type { Expectation, FaultCell, FaultStory } from '../fault-cell.js';
import { bodyOf, observe, type Observation } from '../observation.js';

interface StripeFault {
  readonly fault: string;
  readonly injected?: Readonly<Record<string, unknown>>;
  readonly fast?: boolean;
  /** What create-session answers while calls still go out; null: it succeeds. */
  readonly code: ErrorCode | null;
  /** How long create-session may take, all attempts and the pauses between them together. */
  readonly withinMs?: number;
  /** Whether these failures count, so that the circuit opens. */
  readonly opens?: boolean;
}

/** Three attempts that fail at once, two pauses of up to 0.6 s and 1.8 s, and what a busy machine adds. */
const ATTEMPTS_MS = 5_000;
/** The same with attempts that end at their limit of a second only. */
const SLOW_ATTEMPTS_MS = 9_000;
/** An open circuit asks nobody. */
const AT_ONCE_MS = 1_000;
/** The stored state is served after five seconds at the latest. */
const STATUS_MS = 7_000;

const FAULTS: readonly StripeFault[] = [
  { fault: 'refuse', code: 'STRIPE_CONNECTION_ERROR', fast: true },
  { fault: 'reset', code: 'STRIPE_CONNECTION_ERROR' },
  { fault: 'hang', code: 'STRIPE_TIMEOUT', withinMs: SLOW_ATTEMPTS_MS },
  { fault: 'slow', injected: { latency_ms: 300 }, code: null, opens: false },
  { fault: 'status', injected: { status: 503 }, code: 'STRIPE_SERVICE_ERROR' },
  { fault: 'rate_limit', injected: { retry_after: 1 }, code: 'STRIPE_RATE_LIMITED', withinMs: SLOW_ATTEMPTS_MS },
  { fault: 'malformed', code: 'STRIPE_SERVICE_ERROR' },
  { fault: 'truncate', code: 'STRIPE_CONNECTION_ERROR' },
  { fault: 'lost_answer', code: 'STRIPE_CONNECTION_ERROR' },
  { fault: 'auth', code: 'STRIPE_AUTH_ERROR', opens: false },
];

export const STRIPE_CELLS: readonly FaultCell[] = FAULTS.map((fault) => ({
  dependency: 'stripe',
  fault: fault.fault,
  fast: fault.fast === true,
  prepare: async (bed) => await stripeStory(bed, fault),
}));

/**
 * A customer with one checkout page open, who pays on it, and who opens others. Where calls to Stripe fail its webhooks do not come
 * either, so that only the product's own asking can find the payment; a wrong key of ours does not keep webhooks from coming.
 */
async function stripeStory(bed: FaultBed, { fault, injected, code, ...given }: StripeFault): Promise<FaultStory> {
  const { withinMs = ATTEMPTS_MS, opens = true } = given;
  const { product } = bed;
  const customer = await product.newCustomer();
  const open = await customer.checkout();
  const key = randomUUID();
  const create = async (what: string, expected: Expectation, idempotencyKey?: string): Promise<Observation> =>
    await observe(what, expected, async (limitMs) => await customer.send(createSession(idempotencyKey), limitMs));

  return {
    inject: async () => {
      await product.sandbox.holdWebhooks(opens);
      await product.injectFault('stripe', { kind: fault, ...injected });
    },
    exercise: async () => {
      await customer.payAt(open.sessionUrl);
      return [
        await observe('status', { kind: 'success', status: 200, withinMs: STATUS_MS }, async (limitMs) =>
          customer.send({ method: 'GET', path: `/api/payments/status/${open.sessionId}` }, limitMs),
        ),
        await create('create-session', outcome(code, withinMs), key),
        await create('another', opens ? outcome('STRIPE_UNAVAILABLE', AT_ONCE_MS) : outcome(code, withinMs)),
      ];
    },
    breaker: { service: 'stripe', opens },
    disturbance: {
      meet: async () => {
        await customer.send(createSession(), SLOW_ATTEMPTS_MS);
      },
    },
    lift: async () => {
      await product.clearFault('stripe');
    },
    healing: [
      {
        what: 'the payment made meanwhile is completed',
        holds: async () => (await statusInBooks(bed, open.paymentId)) === 'completed',
      },
    ],
    healWithinMs: 30_000,
    afterwards: async () => {
      await product.sandbox.holdWebhooks(false);
      const again = await create(
        'the first one again, same key',
        { kind: 'success', status: 201, withinMs: 3_000 },
        key,
      );
      await customer.payAt(bodyOf(again)['session_url'] ?? '');
      return [again];
    },
  };
}

function outcome(code: ErrorCode | null, withinMs: number): Expectation {
  return code === null ? { kind: 'success', status: 201, withinMs } : { kind: 'refusal', codes: [code], withinMs };
}

function createSession(idempotencyKey?: string): CustomerRequest {
  return {
    method: 'POST',
    path: '/api/payments/create-session',
    body: { tier: 'premium' },
    headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
  };
}

async function statusInBooks(bed: FaultBed, paymentId: string): Promise<string | undefined> {
  const [row] = await bed.query<{ status: string }>('SELECT status FROM payments WHERE id = $1', [paymentId]);
  return row?.status;
}
