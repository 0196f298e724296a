import { signal } from '@preact/signals';
import type { RenderConfigDto, TierId } from '../../generated/api.ts';
import { forget, keep, recall } from './kept.ts';

/** What the person is working on; survives a reload and the way to the checkout and back. */
export interface Draft {
  readonly file: File | null;
  readonly look: RenderConfigDto;
  readonly tier: TierId;
  /** Names the checkout that was begun, so that a lost answer opens no second one. Another tier or purchase is another checkout. */
  readonly checkoutKey: string;
}

const EMPTY: Draft = {
  file: null,
  look: {
    visualization: 'bars',
    resolution: '1280x720',
    title: null,
    fps: 30,
    color: '#7c5cff',
    background_color: '#0b0d17',
  },
  tier: 'basic',
  checkoutKey: newCheckoutKey(),
};

export const draft = signal<Draft>(EMPTY);

let keeping: Promise<unknown> = Promise.resolve();

/** Resolves when all changes so far are kept. To be awaited before the page is left on purpose, which cuts off what is under way. */
export async function draftIsKept(): Promise<void> {
  await keeping;
}

/** Changes the draft and keeps it in this browser. */
export function changeDraft(change: Partial<Draft>): void {
  const { file, ...choices } = { ...draft.peek(), ...change };
  draft.value = { file, ...choices };
  // A track is large and seldom changes: it is not written again with every letter of a title.
  if (change.file !== undefined) keeping = Promise.all([keeping, keep('file', file)]);
  keeping = Promise.all([keeping, keep('choices', choices)]);
}

/** Brings back what was worked on in this browser before, unless the person was quicker. */
export async function restoreDraft(): Promise<void> {
  const [choices, file] = await Promise.all([recall<Omit<Draft, 'file'>>('choices'), recall<File>('file')]);
  if (draft.peek() === EMPTY) draft.value = { ...EMPTY, ...choices, file: file ?? null };
}

/** Leaves nothing for the next person at this browser. */
export function forgetDraft(): void {
  draft.value = { ...EMPTY, checkoutKey: newCheckoutKey() };
  void forget();
}

/** Not `randomUUID`, which browsers have only where a page came over TLS or from their own machine. */
export function newCheckoutKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
