import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly type: 'email' | 'password' | 'text' | 'number';
  readonly autocomplete?: string;
  readonly required?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  /** Of numbers; `any` takes fractions. */
  readonly step?: number | 'any';
  readonly value?: string;
  /** What it holds before anybody types, where nobody follows the typing. */
  readonly defaultValue?: string;
  readonly onInput?: (value: string) => void;
  readonly hint?: string;
  /** What is wrong with the value. */
  readonly problem?: string | undefined;
}

/** A labelled input; a problem is said beside it and belongs to it for screen readers. */
export function Field({ label, hint, problem, onInput, type, ...attributes }: FieldProps) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...attributes}
        {...({ type } as { readonly type: 'text' })}
        id={id}
        class="input"
        {...(onInput === undefined ? {} : { onInput: (event: InputEvent) => onInput(valueOf(event)) })}
        {...(problem === undefined ? {} : { 'aria-invalid': true })}
        {...(note === undefined ? {} : { 'aria-describedby': `${id}-note` })}
      />
      {note !== undefined && (
        <p id={`${id}-note`} class={problem === undefined ? 'small soft' : 'small problem'}>
          {note}
        </p>
      )}
    </div>
  );
}

function valueOf({ currentTarget }: InputEvent): string {
  return currentTarget instanceof HTMLInputElement ? currentTarget.value : '';
}
