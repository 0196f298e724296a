import { Injectable } from '@nestjs/common';

/** Tells which of the given object ids a feature still holds on to. */
export type ReferenceCheck = (objectIds: readonly string[]) => Promise<readonly string[]>;

/**
 * Where features say which stored objects are theirs. A process that dies between storing an object and noting
 * its id leaves an object nobody knows; the sweep finds it by asking here, and sweeps nothing while no
 * feature answers.
 */
@Injectable()
export class ObjectReferences {
  private readonly checks: ReferenceCheck[] = [];

  /** Called once by each feature that keeps object ids, when its module starts. */
  register(check: ReferenceCheck): void {
    this.checks.push(check);
  }

  /** The ids somebody holds on to, or null when nobody has said how to find out. */
  async referenced(objectIds: readonly string[]): Promise<ReadonlySet<string> | null> {
    if (this.checks.length === 0) return null;
    const answers = await Promise.all(this.checks.map((check) => check(objectIds)));
    return new Set(answers.flat());
  }
}
