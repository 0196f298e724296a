import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/index.js';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { EmailModule } from '../email/index.js';
import { HealthModule } from '../platform/health/index.js';
import { CheckoutService } from './checkout.service.js';
import { Credits } from './credits.js';
import { StripeDriver } from './drivers/stripe.driver.js';
import { Payment } from './entities/payment.entity.js';
import { StripeEvent } from './entities/stripe-event.entity.js';
import { PaymentHistory } from './payment-history.js';
import { PaymentLedger } from './payment-ledger.js';
import { PaymentReconciliation } from './payment-reconciliation.js';
import { PaymentReconciliationJob } from './payment-reconciliation.job.js';
import { PaymentStatusService } from './payment-status.service.js';
import { PaymentsController } from './payments.controller.js';
import { PaymentsHealth } from './payments-health.js';
import { PAYMENT_GATEWAY, type PaymentGateway } from './ports/payment-gateway.port.js';
import { ReconciledPayments } from './reconciled-payments.js';
import { StripeWebhookController } from './stripe-webhook.controller.js';
import { StripeWebhookService } from './stripe-webhook.service.js';

/** Checkout, webhook, reconciliation and the credits that come of them. */
@Module({
  imports: [TypeOrmModule.forFeature([Payment, StripeEvent]), AuthModule, EmailModule, HealthModule],
  controllers: [PaymentsController, StripeWebhookController],
  providers: [
    {
      provide: PAYMENT_GATEWAY,
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig): PaymentGateway => new StripeDriver(config.stripe),
    },
    PaymentLedger,
    CheckoutService,
    PaymentStatusService,
    StripeWebhookService,
    PaymentReconciliation,
    PaymentReconciliationJob,
    PaymentsHealth,
    Credits,
    PaymentHistory,
    ReconciledPayments,
  ],
  exports: [Credits, PaymentHistory, ReconciledPayments],
})
export class PaymentsModule {}
