import { createContext } from 'preact';
import type { ErrorCode } from '../../generated/api.ts';
import type { Remedy } from './advice.ts';

interface Sentences {
  readonly title: string;
  /** What to do now. */
  readonly hint: string;
}

/** What is said of a failure beside the product's own sentence about it. */
export interface Words extends Sentences {
  readonly remedy: Remedy;
}

/** How a page speaks to those who use it: a customer wants to know about their video and credit, an operator about the product. */
export interface Wording {
  /** Codes about which there is more to say than their status and `recoverable` do. */
  readonly codes: Partial<Record<ErrorCode, Words>>;
  /** Of what is away or busy for a while. */
  readonly away: Sentences;
  /** Of a fault of the product. */
  readonly fault: Sentences;
  /** Of what was refused, and nothing can be done about. */
  readonly refusal: Sentences;
}

/** The wording of the page; `mountPage` provides it. */
export const PageWording = createContext<Wording | null>(null);
