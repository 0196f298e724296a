import { useEffect, useState } from 'preact/hooks';
import type { PaymentHistoryEntry, TierResponse } from '../generated/api.ts';
import { Button } from '../shared/ui/button.tsx';
import { FailureNotice } from '../shared/ui/failure-notice.tsx';
import { money } from '../shared/ui/money.ts';
import { Panel } from '../shared/ui/panel.tsx';
import { type Resource, ResourceView } from '../shared/ui/resource.tsx';
import { useAction } from '../shared/ui/use-action.ts';
import { changeDraft, draft, newCheckoutKey } from './draft/draft-store.ts';
import { LookFields } from './draft/look-fields.tsx';
import { TrackField } from './draft/track-field.tsx';
import { submitTrack } from './jobs/submit-track.ts';
import { BuyButton, unusedCredit } from './payments/buy.tsx';
import { Preview } from './preview/preview.tsx';

interface WorkshopProps {
  readonly tiers: Resource<readonly TierResponse[]>;
  /** Null while nobody is signed in: everything but the payment works then, too. */
  readonly payments: Resource<readonly PaymentHistoryEntry[]> | null;
  readonly onSubmitted: (jobId: string) => void;
}

/** Track, look and plan of the next video. */
export function Workshop({ tiers, payments, onSubmitted }: WorkshopProps) {
  const { look, tier: tierId } = draft.value;
  const tier = tiers.state === 'ready' ? tiers.value.find(({ id }) => id === tierId) : undefined;
  useEffect(() => {
    const [largest] = tier?.resolutions ?? [];
    if (tier === undefined || largest === undefined || tier.resolutions.includes(look.resolution)) return;
    changeDraft({ look: { ...look, resolution: largest as typeof look.resolution } });
  }, [tier?.id, look.resolution]);
  return (
    <div class="workshop">
      <Panel title="Your track">
        <TrackField />
        <Preview />
      </Panel>
      <div class="workshop-side">
        <Panel title="The look">
          <LookFields tier={tier} />
        </Panel>
        <Panel title="The plan">
          <ResourceView resource={tiers}>
            {(list) => <TierChoice tiers={list} payments={payments?.state === 'ready' ? payments.value : []} />}
          </ResourceView>
          {payments !== null && tier !== undefined && (
            <ResourceView resource={payments} lines={1}>
              {(list) => <Make tier={tier} credit={unusedCredit(list, tier.id)} onSubmitted={onSubmitted} />}
            </ResourceView>
          )}
        </Panel>
      </div>
    </div>
  );
}

interface TierChoiceProps {
  readonly tiers: readonly TierResponse[];
  readonly payments: readonly PaymentHistoryEntry[];
}

function TierChoice({ tiers, payments }: TierChoiceProps) {
  return (
    <fieldset class="choices choices-plans">
      <legend class="visually-hidden">Plan</legend>
      {tiers.map((tier) => (
        <label key={tier.id} class="choice">
          <input
            type="radio"
            name="tier"
            value={tier.id}
            checked={draft.value.tier === tier.id}
            onChange={() => changeDraft({ tier: tier.id, checkoutKey: newCheckoutKey() })}
          />
          <span class="plan">
            <strong>{tier.name}</strong>
            <span class="plan-price numbers">{money(tier.amount, tier.currency)}</span>
            <span class="small soft">
              {tier.resolution.replace('x', ' × ')}, up to {Math.floor(tier.max_duration_seconds / 60)} min
            </span>
            {unusedCredit(payments, tier.id) !== undefined && <span class="badge badge-good">Paid: one video</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface MakeProps {
  readonly tier: TierResponse;
  readonly credit: PaymentHistoryEntry | undefined;
  readonly onSubmitted: (jobId: string) => void;
}

/** Pays, or sends the track where that is paid already. */
function Make({ tier, credit, onSubmitted }: MakeProps) {
  const [sent, setSent] = useState(0);
  const action = useAction(async (paymentId: string) => {
    setSent(0);
    onSubmitted(await submitTrack(draft.peek(), paymentId, setSent));
  });
  if (draft.value.file === null) return <p class="soft">Choose your track, and you can go on here.</p>;
  if (credit === undefined) return <BuyButton tier={tier} />;
  return (
    <>
      <Button wide busy={action.busy} onClick={() => action.run(credit.payment_id)}>
        Make the video
      </Button>
      {action.busy && (
        <div class="progress">
          <div class="progress-words">
            <span role="status">{sent < 1 ? 'Sending your track' : 'Checking your track'}</span>
            <span class="numbers">{Math.round(sent * 100)} %</span>
          </div>
          <progress max={1} value={sent} aria-label="Progress of the upload" />
        </div>
      )}
      {action.failure !== null && (
        <FailureNotice failure={action.failure} onRetry={() => action.run(credit.payment_id)} />
      )}
    </>
  );
}
