import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Credits } from './credits.js';
import { Payment } from './entities/payment.entity.js';
import { StripeEvent } from './entities/stripe-event.entity.js';
import { PaymentHistory } from './payment-history.js';

/** Checkout, webhook, reconciliation and the credits that come of them. */
@Module({
  imports: [TypeOrmModule.forFeature([Payment, StripeEvent])],
  providers: [Credits, PaymentHistory],
  exports: [Credits, PaymentHistory],
})
export class PaymentsModule {}
