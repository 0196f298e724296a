import { useState } from 'preact/hooks';
import type { FaultDto, FaultKind, SandboxService } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Button } from '../../shared/ui/button.tsx';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { numberOf } from '../../shared/ui/form-text.ts';
import { problemOf, useAction } from '../../shared/ui/use-action.ts';
import { SelectField } from '../ui/select-field.tsx';
import { FAULT_KINDS } from './fault-words.ts';

const OPTIONS = Object.entries(FAULT_KINDS).map(([kind, { label }]) => ({ value: kind as FaultKind, label }));

/** A number that only some kinds of fault have. */
interface Extra {
  readonly name: 'status' | 'latency_ms' | 'retry_after';
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly defaultValue?: string;
}

const STATUS = { name: 'status', label: 'Status', min: 200, max: 599, defaultValue: '503' } as const;
const LATENCY = { name: 'latency_ms', label: 'Late by, ms', min: 0, max: 600_000, defaultValue: '2000' } as const;
const RETRY_AFTER = { name: 'retry_after', label: 'Asks to wait, s', min: 0, max: 86_400 } as const;
const EXTRAS: Partial<Record<FaultKind, readonly Extra[]>> = {
  status: [STATUS, RETRY_AFTER],
  slow: [LATENCY],
  rate_limit: [RETRY_AFTER],
};

interface FaultFormProps {
  readonly service: SandboxService;
  readonly onChange: () => void;
}

/** Breaks a double: in which way, how often, and for how long. */
export function FaultForm({ service, onChange }: FaultFormProps) {
  const [kind, setKind] = useState<FaultKind>('status');
  const { busy, failure, run } = useAction(async (body: FaultDto) => {
    await answerOf(api.PUT('/sandbox/faults/{service}', { params: { path: { service } }, body }));
    onChange();
  });
  const extras = EXTRAS[kind] ?? [];
  return (
    <form
      class="form fault-form"
      aria-label={`Break ${service}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) run(faultFrom(event.currentTarget, kind, extras));
      }}
    >
      <SelectField
        label="Kind"
        name="kind"
        options={OPTIONS}
        value={kind}
        onChange={setKind}
        hint={FAULT_KINDS[kind].effect}
      />
      <div class="form-row">
        {extras.map((extra) => (
          <Field key={extra.name} type="number" {...extra} problem={problemOf(failure, extra.name)} />
        ))}
        <Field
          label="Share of calls, %"
          name="percent"
          type="number"
          min={0.1}
          max={100}
          step="any"
          defaultValue="100"
          problem={problemOf(failure, 'rate')}
        />
        <Field label="Ends after, s" name="for_seconds" type="number" min={1} max={86_400} />
        <Field label="Ends after, calls" name="times" type="number" min={1} max={1_000_000} />
      </div>
      {failure !== null && <FailureNotice failure={failure} />}
      <Button type="submit" kind="quiet" busy={busy}>
        Break {service}
      </Button>
    </form>
  );
}

/** What is left empty is left to the product. */
function faultFrom(form: HTMLFormElement, kind: FaultKind, extras: readonly Extra[]): FaultDto {
  const percent = numberOf(form, 'percent');
  const numbers = [
    ...[...extras.map(({ name }) => name), 'for_seconds', 'times'].map((name) => [name, numberOf(form, name)] as const),
    ['rate', percent === undefined ? undefined : percent / 100] as const,
  ];
  return { kind, ...Object.fromEntries(numbers.filter(([, value]) => value !== undefined)) };
}
