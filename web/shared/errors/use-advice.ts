import { useContext } from 'preact/hooks';
import type { Failure } from '../api/failure.ts';
import { type Advice, adviceFor } from './advice.ts';
import { PageWording } from './wording.ts';

/** What the page says about a failure. @throws Error outside of a mounted page */
export function useAdvice(failure: Failure): Advice {
  const wording = useContext(PageWording);
  if (wording === null) throw new Error('The page has no words for failures');
  return adviceFor(failure, wording);
}
