import type { AlertRuleView } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Button } from '../../shared/ui/button.tsx';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import { useAction } from '../../shared/ui/use-action.ts';
import { useState } from 'preact/hooks';
import { words } from '../format/amount.ts';
import { moment } from '../format/time.ts';
import { PagedPanel } from '../operations/paged-panel.tsx';
import type { Question } from '../ui/ask-dialog.tsx';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/polled-view.tsx';
import { RuleDialog } from './rule-dialog.tsx';

/** The rules: made, changed, tried, switched off and on, and deleted. */
export function AlertRules() {
  return (
    <PagedPanel
      title="Rules"
      on="alert_changed"
      aside={(reload) => <NewRule onDone={reload} />}
      load={async (query, signal) =>
        (await answerOf(api.GET('/admin/api/monitoring/alerts', { signal, params: { query } }))).data
      }
    >
      {({ rules }, ask, reload) =>
        rules.length === 0 ? (
          <Empty>There are no rules.</Empty>
        ) : (
          <ul class="rows">
            {rules.map((rule) => (
              <Rule key={rule.id} rule={rule} onAsk={ask} onChange={reload} />
            ))}
          </ul>
        )
      }
    </PagedPanel>
  );
}

function NewRule({ onDone }: { readonly onDone: () => void }) {
  const [open, setOpen] = useState(false);
  const close = (): void => {
    setOpen(false);
    onDone();
  };
  return (
    <>
      <Button kind="text" onClick={() => setOpen(true)}>
        New rule
      </Button>
      {open && <RuleDialog rule={null} onClose={close} />}
    </>
  );
}

interface RuleProps {
  readonly rule: AlertRuleView;
  readonly onAsk: (question: Question) => void;
  readonly onChange: () => void;
}

function Rule({ rule, onAsk, onChange }: RuleProps) {
  const { id, name, condition, enabled, firing_since: firing, notification_method: method } = rule;
  const [outcome, setOutcome] = useState<string | null>(null);
  // What the server says in the next round is newer than what was chosen here.
  const [chosen, setChosen] = useState<{ readonly instead: AlertRuleView; readonly enabled: boolean } | null>(null);
  const isEnabled = chosen?.instead === rule ? chosen.enabled : enabled;
  const [open, setOpen] = useState(false);
  const path = { id };
  const test = useAction(async () => {
    setOutcome(null);
    const { data } = await answerOf(api.POST('/admin/api/monitoring/alerts/{id}/test', { params: { path } }));
    setOutcome(`Test: ${words(data.outcome)}${data.error === null ? '' : `, ${data.error.message}`}`);
  });
  const change = useAction(async (next: boolean) => {
    await answerOf(api.PATCH('/admin/api/monitoring/alerts/{id}', { params: { path }, body: { enabled: next } }));
    setChosen({ instead: rule, enabled: next });
  });
  const failure = test.failure ?? change.failure;
  return (
    <li class="entry">
      <Badge tone={firing !== null ? 'bad' : isEnabled ? 'good' : 'calm'}>
        {firing !== null ? 'firing' : isEnabled ? 'on' : 'off'}
      </Badge>
      <div class="entry-main">
        <p class="wrap">
          <strong>{name}</strong>
        </p>
        <p class="small soft wrap">
          {condition} · by {method}
          {firing !== null && ` · since ${moment(firing)}`}
        </p>
        {outcome !== null && (
          <p class="small" role="status">
            {outcome}
          </p>
        )}
        {failure !== null && <FailureNotice failure={failure} />}
      </div>
      <div class="service-actions">
        <button type="button" class="act" aria-label={`Test ${name}`} onClick={() => test.busy || test.run()}>
          Test
        </button>
        <button
          type="button"
          class="act"
          aria-label={`${isEnabled ? 'Switch off' : 'Switch on'} ${name}`}
          onClick={() => change.busy || change.run(!isEnabled)}
        >
          {isEnabled ? 'Switch off' : 'Switch on'}
        </button>
        <button type="button" class="act" aria-label={`Change ${name}`} onClick={() => setOpen(true)}>
          Change
        </button>
        {rule.built_in === null && (
          <button type="button" class="act" aria-label={`Delete ${name}`} onClick={() => onAsk(deletion(rule))}>
            Delete
          </button>
        )}
      </div>
      {open && (
        <RuleDialog
          rule={rule}
          onClose={() => {
            setOpen(false);
            onChange();
          }}
        />
      )}
    </li>
  );
}

function deletion({ id, name }: AlertRuleView): Question {
  return {
    title: `Delete ${name}`,
    effect: 'Nobody is told of it any more; its history stays.',
    confirm: 'Delete',
    needsReason: false,
    act: async () => {
      await answerOf(api.DELETE('/admin/api/monitoring/alerts/{id}', { params: { path: { id } } }));
    },
  };
}
