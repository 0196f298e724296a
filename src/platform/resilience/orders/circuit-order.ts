import type { ServiceName } from '../../../config/index.js';

/** Channel on which every new order is announced. */
export const ORDERS_CHANNEL = 'circuit_orders';

/** `reset` ends any order and closes the circuit, `isolate` holds it open, `disable` lets every call pass. */
export type OrderAction = 'reset' | 'isolate' | 'disable';

/** An order as it was given. Its times are those of the database's clock. */
export interface CircuitOrder {
  /** Grows with each order; of two orders the one with the greater sequence is the later one. */
  readonly sequence: number;
  readonly service: string;
  readonly action: OrderAction;
  /** Who gave it. */
  readonly actor: string;
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** What an operator asks for. */
export type OrderRequest = {
  readonly service: ServiceName | 'all';
  readonly actor: string;
  readonly reason?: string;
} & (
  | { readonly action: 'reset' }
  | {
      readonly action: 'isolate' | 'disable';
      /** Without it the order stands until the next one. */
      readonly expiresAt?: Date;
    }
);

/** Which part of the history is wanted, newest first. */
export interface HistoryQuery {
  readonly limit: number;
  readonly service?: string;
  /** Only what is older than this sequence. */
  readonly before?: number;
}

/** An order as it is read, with what is left of it by the one clock that all instances share. */
export interface ReadOrder extends CircuitOrder {
  /** Milliseconds until it expires, negative afterwards; null when it does not. */
  readonly remainingMs: number | null;
}

/** The order without what depends on when it was read. */
export function asGiven({ sequence, service, action, actor, reason, createdAt, expiresAt }: ReadOrder): CircuitOrder {
  return { sequence, service, action, actor, reason, createdAt, expiresAt };
}
