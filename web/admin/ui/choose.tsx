import { useId } from 'preact/hooks';

interface ChooseProps<T extends string> {
  readonly label: string;
  readonly options: readonly T[];
  /** Null is all of them. */
  readonly value: T | null;
  readonly onChange: (value: T | null) => void;
}

/** Narrows a list to one of several states. */
export function Choose<T extends string>({ label, options, value, onChange }: ChooseProps<T>) {
  const id = useId();
  return (
    <div class="filter">
      <label class="small soft" for={id}>
        {label}
      </label>
      <select
        id={id}
        class="input input-small"
        value={value ?? ''}
        onChange={({ currentTarget }) => onChange(options.find((name) => name === currentTarget.value) ?? null)}
      >
        <option value="">all</option>
        {options.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
