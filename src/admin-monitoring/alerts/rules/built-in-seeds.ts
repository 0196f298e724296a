import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/index.js';
import { CLOCK, type Clock, newId } from '../../../platform/time/index.js';
import { AlertRule } from '../entities/alert-rule.entity.js';
import { BUILT_IN_NAMES, BUILT_IN_RULES } from './built-in-rules.js';

/** Gives a database the built-in rules that it does not have yet, on and by mail to the administrators. */
@Injectable()
export class BuiltInSeeds {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** What an operator has changed of them stays; any number of processes may do this at once. */
  async sow(): Promise<void> {
    const now = this.clock.now();
    const common = { enabled: true, notificationMethod: 'email', createdAt: now, updatedAt: now } as const;
    const rules = BUILT_IN_NAMES.map((builtIn) =>
      Object.assign({ id: newId(), builtIn }, common, BUILT_IN_RULES[builtIn]),
    );
    await this.database.manager.createQueryBuilder().insert().into(AlertRule).values(rules).orIgnore().execute();
  }
}
