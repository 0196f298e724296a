import type { DoubleView } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Button } from '../../shared/ui/button.tsx';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import { Panel } from '../../shared/ui/panel.tsx';
import { useAction } from '../../shared/ui/use-action.ts';
import { compact } from '../format/amount.ts';
import { usePolled } from '../live/use-polled.ts';
import { LiveErrors } from '../now/live-errors.tsx';
import { Services } from '../now/services.tsx';
import { Badge } from '../ui/badge.tsx';
import { PolledView } from '../ui/polled-view.tsx';
import { FaultForm } from './fault-form.tsx';
import { faultWords } from './fault-words.ts';

const POLL_MS = 1_000;

/** Dependencies that can be broken on purpose, and below them what that does. */
export function Faults() {
  return (
    <>
      <Doubles />
      <Services />
      <LiveErrors />
    </>
  );
}

function Doubles() {
  const doubles = usePolled(
    async (signal) => (await answerOf(api.GET('/sandbox/faults', { signal }))).data.services,
    POLL_MS,
  );
  const healAll = useAction(async () => {
    await answerOf(api.DELETE('/sandbox/faults'));
    doubles.reload();
  });
  return (
    <Panel
      title="Break on purpose"
      aside={
        <Button kind="text" busy={healAll.busy} onClick={() => healAll.run()}>
          Heal all
        </Button>
      }
    >
      {healAll.failure !== null && <FailureNotice failure={healAll.failure} />}
      <PolledView polled={doubles} lines={10}>
        {(list) => (
          <ul class="services">
            {list.map((double) => (
              <Double key={double.service} double={double} onChange={doubles.reload} />
            ))}
          </ul>
        )}
      </PolledView>
    </Panel>
  );
}

interface DoubleProps {
  readonly double: DoubleView;
  readonly onChange: () => void;
}

function Double({ double: { service, fault, calls, failed_calls: failed }, onChange }: DoubleProps) {
  const heal = useAction(async () => {
    await answerOf(api.DELETE('/sandbox/faults/{service}', { params: { path: { service } } }));
    onChange();
  });
  return (
    <li class={`service service-${fault === null ? 'good' : 'bad'}`} aria-label={`Double of ${service}`}>
      <div class="service-head">
        <h3>{service}</h3>
        <Badge tone={fault === null ? 'good' : 'bad'}>{fault === null ? 'well' : 'broken'}</Badge>
      </div>
      <p class="numbers">{fault === null ? 'Answers as it should.' : `${faultWords(fault)}.`}</p>
      <p class="small soft numbers">
        {compact(calls)} {calls === 1 ? 'call' : 'calls'} since its start, {compact(failed)} of them spoiled
      </p>
      {fault !== null && (
        <div class="service-actions">
          <button type="button" class="act" aria-label={`Heal ${service}`} onClick={() => heal.busy || heal.run()}>
            Heal
          </button>
        </div>
      )}
      {heal.failure !== null && <FailureNotice failure={heal.failure} />}
      <FaultForm service={service} onChange={onChange} />
    </li>
  );
}
