import { useId } from 'preact/hooks';

/** One of several values that can be chosen. */
export interface Option<T extends string = string> {
  readonly value: T;
  readonly label: string;
}

interface SelectFieldProps<T extends string> {
  readonly label: string;
  readonly name: string;
  readonly options: readonly Option<T>[];
  /** What is chosen, where somebody has to know before the form is sent. */
  readonly value?: T;
  /** What is chosen before anybody chooses, where nobody follows the choice. */
  readonly initial?: T;
  readonly onChange?: (value: T) => void;
  readonly hint?: string | undefined;
}

/** A labelled choice of a form. */
export function SelectField<T extends string>(props: SelectFieldProps<T>) {
  const { label, name, options, value, initial, onChange, hint } = props;
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        name={name}
        class="input"
        {...(value === undefined ? {} : { value })}
        {...(hint === undefined ? {} : { 'aria-describedby': `${id}-note` })}
        onChange={({ currentTarget }) => {
          const chosen = options.find((option) => option.value === currentTarget.value);
          if (chosen !== undefined) onChange?.(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} {...(option.value === initial ? { selected: true } : {})}>
            {option.label}
          </option>
        ))}
      </select>
      {hint !== undefined && (
        <p id={`${id}-note`} class="small soft">
          {hint}
        </p>
      )}
    </div>
  );
}
