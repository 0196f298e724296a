import { useRef, useState } from 'preact/hooks';
import type { AlertNotificationMethod, AlertRuleView } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Field } from '../../shared/ui/field.tsx';
import { problemOf, useAction } from '../../shared/ui/use-action.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { fieldsOf, KINDS, LEVELS, METHODS, ruleFrom } from './rule-form.ts';

const DAY_SECONDS = 86_400;
const FILTERS = [
  { name: 'code', label: 'Code', hint: 'Such as STRIPE_TIMEOUT' },
  { name: 'service', label: 'Service', hint: 'Such as stripe' },
  { name: 'group_id', label: 'Group', hint: 'The id of a group' },
] as const;
const LEVEL_OPTIONS = [{ value: '', label: 'any' }, ...LEVELS.map((level) => ({ value: level, label: level }))];

interface RuleDialogProps {
  /** Null makes a new one. */
  readonly rule: AlertRuleView | null;
  readonly onClose: () => void;
}

/** Makes a rule, or changes one. Of a built-in rule only what is compared and who is told can be changed. */
export function RuleDialog({ rule, onClose }: RuleDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [method, setMethod] = useState<AlertNotificationMethod>(rule?.notification_method ?? 'log');
  const builtIn = rule !== null && rule.built_in !== null;
  const action = useAction(async (form: HTMLFormElement) => {
    const body = ruleFrom(textsIn(form), builtIn);
    if (rule === null) await answerOf(api.POST('/admin/api/monitoring/alerts/configure', { body }));
    else await answerOf(api.PATCH('/admin/api/monitoring/alerts/{id}', { params: { path: { id: rule.id } }, body }));
    dialog.current?.close();
  });
  const before = fieldsOf(rule);
  const field = (name: string, path = name) => ({
    name,
    autocomplete: 'off',
    problem: problemOf(action.failure, path),
    defaultValue: before[name] ?? '',
  });
  const seconds = { type: 'number', min: 0, max: DAY_SECONDS, required: true } as const;
  return (
    <FormDialog
      dialog={dialog}
      title={rule === null ? 'New rule' : `Change ${rule.name}`}
      confirm={rule === null ? 'Make rule' : 'Change rule'}
      action={action}
      onClose={onClose}
    >
      {!builtIn && <Field label="Name" type="text" hint="Left empty, the condition is its name" {...field('name')} />}
      <div class="form-row">
        <Field label="Threshold" type="number" min={0} step="any" required {...field('error_threshold')} />
        <Field label="Window, s" {...seconds} {...field('time_window')} />
        <Field label="Told again after, s" {...seconds} {...field('cooldown')} />
      </div>
      {!builtIn && (
        <>
          <SelectField label="Counted" name="kind" options={KINDS} initial={rule?.kind === 'rate' ? 'rate' : 'count'} />
          <div class="form-row">
            {FILTERS.map(({ name, label, hint }) => (
              <Field key={name} label={label} type="text" hint={hint} {...field(name, `filters.${name}`)} />
            ))}
            <SelectField label="Level" name="level" options={LEVEL_OPTIONS} initial={before['level'] ?? ''} />
          </div>
        </>
      )}
      <SelectField label="Told by" name="notification_method" options={METHODS} value={method} onChange={setMethod} />
      {method === 'email' && (
        <Field label="Addresses" type="text" hint="Left empty, the administrators" {...field('email_addresses')} />
      )}
      {method === 'webhook' && (
        <>
          <Field label="Address" type="text" required {...field('webhook_url')} />
          <Field
            label="Secret of the signature"
            type="password"
            hint={
              rule?.notification_method === 'webhook' ? 'Left empty, it stays what it is' : 'At least 16 characters'
            }
            {...field('webhook_secret')}
            autocomplete="new-password"
          />
        </>
      )}
    </FormDialog>
  );
}

function textsIn(form: HTMLFormElement): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value : '']),
  );
}
