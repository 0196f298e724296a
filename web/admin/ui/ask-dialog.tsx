import { useRef } from 'preact/hooks';
import { Field } from '../../shared/ui/field.tsx';
import { textOf } from '../../shared/ui/form-text.ts';
import { problemOf, useAction } from '../../shared/ui/use-action.ts';
import { FormDialog } from './form-dialog.tsx';
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
  /** False where the change says it all, and only a confirmation is asked for. */
  readonly needsReason?: boolean;
  readonly choice?: Choice;
  /** @throws RequestFailed */
  readonly act: (reason: string, choice: string) => Promise<void>;
}

interface AskDialogProps {
  readonly question: Question;
  readonly onClose: () => void;
}

/** Asks for the reason of a change and for a confirmation, then makes it. */
export function AskDialog({ question, onClose }: AskDialogProps) {
  const { title, effect, confirm, needsReason = true, choice, act } = question;
  const dialog = useRef<HTMLDialogElement>(null);
  const action = useAction(async (form: HTMLFormElement) => {
    await act(textOf(form, 'reason').trim(), textOf(form, 'choice'));
    dialog.current?.close();
  });
  return (
    <FormDialog dialog={dialog} title={title} confirm={confirm} action={action} onClose={onClose}>
      <p class="soft">{effect}</p>
      {needsReason && (
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
      )}
      {choice !== undefined && <SelectField name="choice" {...choice} />}
    </FormDialog>
  );
}
