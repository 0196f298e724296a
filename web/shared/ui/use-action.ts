import { useCallback, useState } from 'preact/hooks';
import { type Failure, failureOf } from '../api/failure.ts';

/** Something a person sets off, and how it stands. */
export interface Action<A extends readonly unknown[]> {
  readonly busy: boolean;
  readonly failure: Failure | null;
  readonly run: (...args: A) => void;
  readonly clear: () => void;
}

/** @param work - throws RequestFailed */
export function useAction<A extends readonly unknown[]>(work: (...args: A) => Promise<void>): Action<A> {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const run = (...args: A): void => {
    setBusy(true);
    setFailure(null);
    work(...args)
      .catch((error: unknown) => setFailure(failureOf(error)))
      .finally(() => setBusy(false));
  };
  return { busy, failure, run, clear: useCallback(() => setFailure(null), []) };
}

/** What the product says about one field of a form it refused. */
export function problemOf(failure: Failure | null, field: string): string | undefined {
  if (failure?.kind !== 'answered' || !Array.isArray(failure.details['fields'])) return undefined;
  const fields = failure.details['fields'] as readonly { readonly field: string; readonly message: string }[];
  return fields.find((problem) => problem.field === field)?.message;
}
