/** What every event of a list has. */
interface Item {
  readonly id: string;
  readonly occurred_at: string;
}

/**
 * Adds what came in to a list of the newest, each once, newest first.
 *
 * @param limit - the list never gets longer than this.
 * @returns the very list when nothing in it changes, so that nothing is drawn anew.
 */
export function withNewest<T extends Item>(list: readonly T[], incoming: readonly T[], limit: number): readonly T[] {
  const known = new Set(list.map(({ id }) => id));
  const fresh = incoming.filter(({ id }) => !known.has(id) && known.add(id));
  if (fresh.length === 0) return list;
  return [...fresh, ...list].toSorted(newestFirst).slice(0, limit);
}

function newestFirst(a: Item, b: Item): number {
  if (a.occurred_at !== b.occurred_at) return a.occurred_at < b.occurred_at ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}
