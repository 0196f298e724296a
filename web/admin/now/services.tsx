import { useState } from 'preact/hooks';
import type { CircuitBreakerResponse } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Button } from '../../shared/ui/button.tsx';
import { Panel } from '../../shared/ui/panel.tsx';
import { ago, moment } from '../format/time.ts';
import { useClock } from '../live/use-clock.ts';
import { useFollowed } from '../live/use-followed.ts';
import { AskDialog, type Question } from '../ui/ask-dialog.tsx';
import { Badge } from '../ui/badge.tsx';
import { PolledView } from '../ui/polled-view.tsx';
import { disable, forceOpen, reset, resetAll } from './circuit-questions.ts';
import { circuitWords } from './circuit-words.ts';

/** Between two questions while no news come. */
const POLL_MS = 1_500;

/** Each dependency with its circuit, and what can be done about it. */
export function Services() {
  const circuits = useFollowed(
    async (signal) => (await answerOf(api.GET('/admin/api/monitoring/circuit-breakers', { signal }))).data,
    { on: 'circuit_changed', aloneMs: POLL_MS },
  );
  const [question, setQuestion] = useState<Question | null>(null);
  return (
    <Panel
      title="Services"
      aside={
        <Button kind="text" onClick={() => setQuestion(resetAll())}>
          Reset all
        </Button>
      }
    >
      <PolledView polled={circuits} lines={8}>
        {({ circuit_breakers: list }) => (
          <ul class="services">
            {list.map((circuit) => (
              <Service key={circuit.service} circuit={circuit} onAsk={setQuestion} />
            ))}
          </ul>
        )}
      </PolledView>
      {question !== null && (
        <AskDialog
          question={question}
          onClose={() => {
            setQuestion(null);
            circuits.reload();
          }}
        />
      )}
    </Panel>
  );
}

interface ServiceProps {
  readonly circuit: CircuitBreakerResponse;
  readonly onAsk: (question: Question) => void;
}

function Service({ circuit, onAsk }: ServiceProps) {
  const now = useClock();
  const { service, order, instances, active_calls: active, queued_calls: queued } = circuit;
  const { tone, label, detail } = circuitWords(circuit, now);
  return (
    <li class={`service service-${tone}`} aria-label={service}>
      <div class="service-head">
        <h3>{service}</h3>
        <Badge tone={tone}>{label}</Badge>
      </div>
      <p class="numbers">{detail}</p>
      {order !== null && (
        <p class="small soft wrap">
          By {order.actor}
          {order.reason !== null && <>: “{order.reason}”</>}
        </p>
      )}
      <p class="small soft numbers">
        {active} in flight, {queued} waiting · {instances.length} {instances.length === 1 ? 'instance' : 'instances'}
        {circuit.last_failure_time !== null && (
          <>
            {' '}
            · last failure{' '}
            <time dateTime={circuit.last_failure_time} title={moment(circuit.last_failure_time)}>
              {ago(circuit.last_failure_time, now)}
            </time>
            {circuit.last_failure_code !== null && ` (${circuit.last_failure_code})`}
          </>
        )}
      </p>
      <div class="service-actions">
        <Act label="Reset" of={service} onClick={() => onAsk(reset(service))} />
        <Act label="Force open" of={service} onClick={() => onAsk(forceOpen(service))} />
        <Act label="Disable" of={service} onClick={() => onAsk(disable(service))} />
      </div>
    </li>
  );
}

function Act({ label, of, onClick }: { readonly label: string; readonly of: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="act" aria-label={`${label} ${of}`} onClick={onClick}>
      {label}
    </button>
  );
}
