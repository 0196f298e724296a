import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../platform/database/index.js';
import { JobQueue } from '../platform/jobs/index.js';
import { CLOCK, type Clock, newId } from '../platform/time/index.js';
import { EMAIL_DISPATCH_QUEUE } from './email-dispatch.queue.js';
import { Email } from './entities/email.entity.js';

/**
 * How long a claim holds. Longer than one delivery can take (a look-up and a send, each with a total time limit well
 * below half of it), so that nobody sends a mail that somebody else is still sending.
 */
const CLAIM_SECONDS = 30;

/** A mail that is ours to send now. */
export interface ClaimedEmail {
  readonly email: Email;
  readonly claimId: string;
  /** An earlier try may have been accepted: look before sending again. */
  readonly wasUncertain: boolean;
}

/** What the end of a delivery changes. */
export interface DeliveryOutcome {
  readonly status?: 'sent' | 'dead';
  readonly sentAt?: Date;
  readonly nextAttemptAt?: Date;
  readonly providerMessageId?: string | null;
  readonly uncertain?: boolean;
  readonly lastErrorCode?: string | null;
  readonly data?: Readonly<Record<string, never>>;
}

/** Decides whose turn it is: one mail of an address at a time, the oldest first, each by one worker. */
@Injectable()
export class EmailClaims {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobQueue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Claims the oldest pending mail of an address, if it is due and nobody has it.
   *
   * The claim is committed before anything is sent, and marks the mail as uncertain: should this process die between
   * sending and writing that down, whoever comes next knows to look first.
   */
  async next(address: string): Promise<ClaimedEmail | null> {
    return await this.database.transaction(async (manager) => {
      const emails = manager.getRepository(Email);
      const head = await emails.findOne({
        where: { toAddress: address, status: 'pending' },
        order: { createdAt: 'ASC', id: 'ASC' },
        lock: { mode: 'pessimistic_write' },
      });
      const now = this.clock.now();
      if (head === null || head.nextAttemptAt > now) {
        return null;
      }
      if (head.claimedUntil !== null && head.claimedUntil > now) {
        await this.lookAgain(manager, head, head.claimedUntil, now);
        return null;
      }
      const claim = {
        claimId: newId(),
        claimedUntil: new Date(now.getTime() + CLAIM_SECONDS * 1_000),
        attempts: head.attempts + 1,
        uncertain: true,
        updatedAt: now,
      };
      await emails.update(head.id, claim);
      const wasUncertain = head.uncertain;
      return { email: Object.assign(head, claim), claimId: claim.claimId, wasUncertain };
    });
  }

  /**
   * Writes how a delivery ended, if the claim is still ours.
   *
   * @returns false when the claim ran out and somebody else has taken the mail
   */
  async settle(manager: EntityManager, { email, claimId }: ClaimedEmail, changes: DeliveryOutcome): Promise<boolean> {
    const { affected } = await manager
      .getRepository(Email)
      .update(
        { id: email.id, claimId, status: 'pending' },
        { ...changes, claimId: null, claimedUntil: null, updatedAt: this.clock.now() },
      );
    return affected === 1;
  }

  /** Whoever has the claim goes on with this address when done, unless it died: then the end of the claim is the time. */
  private async lookAgain(manager: EntityManager, { id }: Email, claimedUntil: Date, now: Date): Promise<void> {
    const startAfterSeconds = (claimedUntil.getTime() - now.getTime()) / 1_000 + 1;
    await this.jobs.enqueue(
      EMAIL_DISPATCH_QUEUE,
      { emailId: id },
      { manager, startAfterSeconds, singletonKey: `claim:${id}` },
    );
  }
}
