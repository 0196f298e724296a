import type { TierResponse } from '../../generated/api.ts';
import { answerOf, api } from '../../shared/api/client.ts';
import { money } from '../../shared/ui/money.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { ResourceView, useResource } from '../../shared/ui/resource.tsx';

/** What a video costs, and what is in each plan. */
export function PriceList() {
  const tiers = useResource(async (signal) => (await answerOf(api.GET('/api/payments/tiers', { signal }))).tiers);
  return (
    <Panel title="Plans">
      <ResourceView resource={tiers} lines={6}>
        {(list) => (
          <ul class="tiers">
            {list.map((tier) => (
              <li key={tier.id} class="tier">
                <TierFacts tier={tier} />
              </li>
            ))}
          </ul>
        )}
      </ResourceView>
    </Panel>
  );
}

function TierFacts({ tier }: { readonly tier: TierResponse }) {
  return (
    <>
      <h3>{tier.name}</h3>
      <p class="tier-price numbers">{money(tier.amount, tier.currency)}</p>
      <p class="small soft">
        Up to {tier.resolution.replace('x', ' × ')}, tracks of up to {Math.floor(tier.max_duration_seconds / 60)}{' '}
        minutes
      </p>
    </>
  );
}
