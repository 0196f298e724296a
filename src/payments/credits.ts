import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ConflictError, PaymentError } from '../platform/errors/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { Payment } from './entities/payment.entity.js';
import { type Tier, TIERS } from './tiers.js';

/** Which credit a job wants to use, and whose both are. */
export interface CreditUse {
  readonly paymentId: string;
  readonly userId: string;
  readonly jobId: string;
}

/** Turns completed payments into jobs, one each, and back when the job fails for good. */
@Injectable()
export class Credits {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /**
   * Uses a paid credit for a job, inside the caller's transaction. The payment's row stays locked until that ends,
   * so that of any number of jobs that want the same credit exactly one gets it.
   *
   * Asking again for the job that already has the credit gives the same answer.
   *
   * @returns the tier that was paid for
   * @throws PaymentError `PAYMENT_REQUIRED` (402) when this user has no such payment or it is not paid (any more)
   * @throws ConflictError `PAYMENT_ALREADY_USED` (409) when another job has it
   */
  async consume(manager: EntityManager, { paymentId, userId, jobId }: CreditUse): Promise<Tier> {
    const payments = manager.getRepository(Payment);
    const payment = await payments.findOne({ where: { id: paymentId, userId }, lock: { mode: 'pessimistic_write' } });
    if (payment?.status === 'consumed' && payment.jobId === jobId) {
      return TIERS[payment.tier];
    }
    const tier = tierOf(payment);
    const now = this.clock.now();
    await payments.update(paymentId, { status: 'consumed', jobId, consumedAt: now, updatedAt: now });
    return tier;
  }

  /**
   * Looks whether a credit could be used, without using it: spares the work of preparing what would be refused anyway.
   * It takes no lock, so only {@link consume} decides.
   *
   * @returns the tier that was paid for
   * @throws what {@link consume} throws
   */
  async usable(manager: EntityManager, { paymentId, userId }: Omit<CreditUse, 'jobId'>): Promise<Tier> {
    return tierOf(await manager.getRepository(Payment).findOneBy({ id: paymentId, userId }));
  }

  /**
   * Gives a consumed credit back, inside the caller's transaction, so that the customer can use it for another job.
   *
   * Safe to repeat. A payment that was refunded meanwhile stays refunded: the money is back, so no credit is.
   *
   * @param jobId when given, the credit is given back only if it is this job that has it
   * @returns whether a credit came back
   */
  async giveBack(manager: EntityManager, paymentId: string, jobId?: string): Promise<boolean> {
    const { affected } = await manager
      .getRepository(Payment)
      .update(
        { id: paymentId, status: 'consumed', ...(jobId === undefined ? {} : { jobId }) },
        { status: 'completed', jobId: null, consumedAt: null, updatedAt: this.clock.now() },
      );
    return affected === 1;
  }
}

/** What a payment that nobody has used yet is good for. */
function tierOf(payment: Payment | null): Tier {
  if (payment === null) throw new PaymentError('PAYMENT_REQUIRED');
  if (payment.status === 'completed') return TIERS[payment.tier];
  if (payment.status === 'consumed') {
    throw new ConflictError('PAYMENT_ALREADY_USED', { details: { job_id: payment.jobId } });
  }
  throw new PaymentError('PAYMENT_REQUIRED', { details: { payment_status: payment.status } });
}
