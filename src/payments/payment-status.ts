/** Where a payment stands: `completed` is an unused credit, `consumed` one that a job has taken. */
export const PAYMENT_STATUSES = ['pending', 'completed', 'consumed', 'failed', 'expired', 'refunded'] as const;

export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];
