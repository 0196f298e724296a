import { Injectable } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { Database } from '../platform/database/index.js';
import type { PaymentHistoryEntry } from './dto/payments.response.js';
import { Payment } from './entities/payment.entity.js';
import { TIERS } from './tiers.js';

export interface PaymentHistoryPage {
  readonly items: readonly PaymentHistoryEntry[];
  readonly total: number;
}

/** What a customer has bought, newest first. Attempts that never got as far as a checkout page are left out. */
@Injectable()
export class PaymentHistory {
  constructor(private readonly database: Database) {}

  /**
   * @param page from 1
   * @param perPage entries on a page
   */
  async page(userId: string, page: number, perPage: number): Promise<PaymentHistoryPage> {
    const [payments, total] = await this.database.read((manager) =>
      manager.getRepository(Payment).findAndCount({
        where: { userId, stripeSessionId: Not(IsNull()) },
        order: { createdAt: 'DESC', id: 'DESC' },
        skip: (page - 1) * perPage,
        take: perPage,
      }),
    );
    return { items: payments.flatMap(toEntry), total };
  }
}

function toEntry(payment: Payment): PaymentHistoryEntry[] {
  if (payment.stripeSessionId === null) {
    return [];
  }
  return [
    {
      payment_id: payment.id,
      session_id: payment.stripeSessionId,
      tier: payment.tier,
      tier_name: TIERS[payment.tier].name,
      amount: payment.amountCents,
      currency: payment.currency,
      status: payment.status,
      job_id: payment.jobId,
      created_at: payment.createdAt.toISOString(),
      completed_at: payment.completedAt?.toISOString() ?? null,
      refunded_at: payment.refundedAt?.toISOString() ?? null,
    },
  ];
}
