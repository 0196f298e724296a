import type { EntityManager } from 'typeorm';
import { ConflictError, PaymentError } from '../../platform/errors/index.js';
import { Payment, type Tier, TIERS } from '../../payments/index.js';

/**
 * Looks whether a credit could be used, without using it: spares the heavy part of a submission that would be refused anyway.
 * The credit is really taken, under its lock, only in the transaction that makes the job.
 *
 * @throws PaymentError `PAYMENT_REQUIRED`, ConflictError `PAYMENT_ALREADY_USED`
 */
export async function tierOfUsableCredit(manager: EntityManager, userId: string, paymentId: string): Promise<Tier> {
  const payment = await manager.getRepository(Payment).findOneBy({ id: paymentId, userId });
  if (payment?.status === 'completed') return TIERS[payment.tier];
  if (payment?.status === 'consumed') {
    throw new ConflictError('PAYMENT_ALREADY_USED', { details: { payment_id: paymentId, job_id: payment.jobId } });
  }
  throw new PaymentError('PAYMENT_REQUIRED', { details: { payment_id: paymentId } });
}
