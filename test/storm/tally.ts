/** Counts what happened, by name. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(name: string): void {
    this.counts.set(name, this.of(name) + 1);
  }

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** `name count`, in the order of names. */
  get text(): string {
    const entries = [...this.counts].toSorted(([one], [other]) => one.localeCompare(other));
    return entries.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
  }
}
