import type { Operator } from '../../auth/index.js';
import type { SandboxService } from './fault.js';

/** What an administrator does to the doubles. */
export interface DoubleChange {
  readonly by: Operator;
  readonly action: 'sandbox.break' | 'sandbox.heal' | 'sandbox.heal_all';
  readonly target?: SandboxService;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Keeps who broke and healed what. The sandbox knows no feature: the composition root says who keeps it. */
export interface FaultAudit {
  /**
   * Carries out a change and keeps it. `work` may run again.
   *
   * @throws what `work` throws, and then keeps nothing; ApiError `DATABASE_*`
   */
  change<T>(change: DoubleChange, work: () => Promise<T>): Promise<T>;
}

export const FAULT_AUDIT = Symbol('FaultAudit');
