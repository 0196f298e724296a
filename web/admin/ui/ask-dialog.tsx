import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { Failure } from '../../shared/api/failure.ts';
import { Button } from '../../shared/ui/button.tsx';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { textOf } from '../../shared/ui/form-text.ts';
import { problemOf, useAction } from '../../shared/ui/use-action.ts';
import { type Option, SelectField } from './select-field.tsx';

const MAX_REASON = 500;

/** A further question of the dialog: one of several. */
export interface Choice {
  readonly label: string;
  readonly options: readonly Option[];
}

/** A change that an operator is about to make. */
export interface Question {
  readonly title: string;
  /** What will happen. */
  readonly effect: string;
  readonly confirm: string;
  readonly choice?: Choice;
  /** @throws RequestFailed */
  readonly act: (reason: string, choice: string) => Promise<void>;
}

interface AskDialogProps {
  readonly question: Question;
  readonly onClose: () => void;
}

/** Asks for the reason of a change and for a confirmation, then makes it. The browser keeps the focus inside; Escape leaves. */
export function AskDialog({ question, onClose }: AskDialogProps) {
  const { title, effect, confirm, choice, act } = question;
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const action = useAction(async (reason: string, chosen: string) => {
    await act(reason, chosen);
    dialog.current?.close();
  });
  // Before anything is painted: what is typed from now on belongs to the dialog.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="ask" aria-labelledby={id} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (action.busy) return;
          action.run(textOf(event.currentTarget, 'reason').trim(), textOf(event.currentTarget, 'choice'));
        }}
      >
        <h2 id={id}>{title}</h2>
        <p class="soft">{effect}</p>
        <Field
          label="Reason"
          name="reason"
          type="text"
          autocomplete="off"
          required
          maxLength={MAX_REASON}
          hint="Kept in the audit"
          problem={problemOf(action.failure, 'reason')}
        />
        {choice !== undefined && <SelectField name="choice" {...choice} />}
        <Problem failure={action.failure} />
        <div class="ask-actions">
          <Button kind="quiet" onClick={() => dialog.current?.close()}>
            Cancel
          </Button>
          <Button type="submit" busy={action.busy}>
            {confirm}
          </Button>
        </div>
      </form>
    </dialog>
  );
}

function Problem({ failure }: { readonly failure: Failure | null }) {
  return failure === null ? null : <FailureNotice failure={failure} />;
}
