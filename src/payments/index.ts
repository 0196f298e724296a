export { Credits, type CreditUse } from './credits.js';
export { Payment } from './entities/payment.entity.js';
export { PaymentHistory, type PaymentHistoryEntry, type PaymentHistoryPage } from './payment-history.js';
export { PaymentsModule } from './payments.module.js';
export { PAYMENT_STATUSES, type PaymentStatus } from './payment-status.js';
export { type Tier, TIER_IDS, type TierId, TIERS } from './tiers.js';
