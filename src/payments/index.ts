export { Credits } from './credits.js';
export { PaymentHistoryEntry } from './dto/payments.response.js';
export { Payment } from './entities/payment.entity.js';
export { PaymentHistory } from './payment-history.js';
export { PaymentsModule } from './payments.module.js';
export { type PaymentStatus } from './payment-status.js';
export { ReconciledPayments } from './reconciled-payments.js';
export { type Tier, type TierId, TIERS } from './tiers.js';
