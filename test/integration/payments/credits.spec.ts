import { User } from '../../../src/auth/index.js';
import { StripeEvent } from '../../../src/payments/entities/stripe-event.entity.js';
import { Credits, Payment, type PaymentStatus, TIERS } from '../../../src/payments/index.js';
import { Database } from '../../../src/platform/database/index.js';
import type { ApiError } from '../../../src/platform/errors/index.js';
import { newId, SystemClock } from '../../../src/platform/time/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

/** Real: PostgreSQL and its row locks. */
describe('Credits', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let userId: string;
  const credits = new Credits(new SystemClock());

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ entities: [User, Payment, StripeEvent] });
    database = new Database(testDatabase.dataSource);
    userId = newId();
    const now = new Date();
    await database.manager
      .getRepository(User)
      .insert({ id: userId, email: 'a@example.com', passwordHash: 'none', createdAt: now, updatedAt: now });
  });

  afterAll(async () => {
    await testDatabase.close();
  });

  async function payment(status: PaymentStatus, jobId: string | null = null): Promise<string> {
    const id = newId();
    const now = new Date();
    await database.manager.getRepository(Payment).insert({
      id,
      userId,
      tier: 'standard',
      amountCents: 999,
      currency: 'usd',
      status,
      jobId,
      customerEmail: 'a@example.com',
      successUrl: '/',
      cancelUrl: '/',
      createdAt: now,
      updatedAt: now,
    });
    return id;
  }

  async function consume(paymentId: string, jobId = newId(), user = userId): Promise<string> {
    const work = credits.consume.bind(credits);
    return await database
      .transaction((manager) => work(manager, { paymentId, userId: user, jobId }))
      .then(
        (tier) => tier.id,
        (error: ApiError) => error.code,
      );
  }

  async function look(paymentId: string, user = userId): Promise<unknown> {
    return await credits.usable(database.manager, { paymentId, userId: user }).then(
      ({ id }) => id,
      ({ code, details }: ApiError) => [code, details],
    );
  }

  it('can be looked at without being used, and answers like the real use', async () => {
    const [paymentId, jobId] = [await payment('completed'), newId()];
    expect([await look(paymentId), await look(paymentId)]).toEqual(['standard', 'standard']);
    await consume(paymentId, jobId);
    expect(await look(paymentId)).toEqual(['PAYMENT_ALREADY_USED', { job_id: jobId }]);
    expect(await look(await payment('pending'))).toEqual(['PAYMENT_REQUIRED', { payment_status: 'pending' }]);
    expect(await look(await payment('completed'), newId())).toEqual(['PAYMENT_REQUIRED', {}]);
    expect(await look(newId())).toEqual(['PAYMENT_REQUIRED', {}]);
  });

  it('goes to one of twenty jobs that want it at once', async () => {
    const paymentId = await payment('completed');
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => consume(paymentId)));
    expect(outcomes.filter((outcome) => outcome === 'standard')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'PAYMENT_ALREADY_USED')).toHaveLength(19);
  });

  it('answers the job that has it the same again', async () => {
    const [paymentId, jobId] = [await payment('completed'), newId()];
    expect([await consume(paymentId, jobId), await consume(paymentId, jobId)]).toEqual(['standard', 'standard']);
    expect(TIERS.standard.resolutions).toContain('1920x1080');
  });

  it.each(['pending', 'failed', 'expired', 'refunded'] as const)(
    'is not there while the payment is %s',
    async (status) => {
      expect(await consume(await payment(status))).toBe('PAYMENT_REQUIRED');
    },
  );

  it("is not there for somebody else's payment or an unknown one", async () => {
    expect(await consume(await payment('completed'), newId(), newId())).toBe('PAYMENT_REQUIRED');
    expect(await consume(newId())).toBe('PAYMENT_REQUIRED');
  });

  it('stays unused when the transaction that wanted it fails', async () => {
    const paymentId = await payment('completed');
    const failing = database.transaction(async (manager) => {
      await credits.consume(manager, { paymentId, userId, jobId: newId() });
      throw new Error('the job could not be written');
    });
    await expect(failing).rejects.toThrow();
    expect(await consume(paymentId)).toBe('standard');
  });

  it('comes back once, from the job that has it, and can be used again', async () => {
    const [paymentId, jobId] = [await payment('completed'), newId()];
    await consume(paymentId, jobId);
    const giveBack = (id?: string): Promise<boolean> =>
      database.transaction((manager) => credits.giveBack(manager, paymentId, id));
    expect(await giveBack(newId())).toBe(false);
    expect([await giveBack(jobId), await giveBack(jobId)]).toEqual([true, false]);
    expect(await consume(paymentId)).toBe('standard');
  });

  it('does not come back for money that was refunded', async () => {
    const paymentId = await payment('refunded', newId());
    expect(await database.transaction((manager) => credits.giveBack(manager, paymentId))).toBe(false);
    expect(await consume(paymentId)).toBe('PAYMENT_REQUIRED');
  });
});
