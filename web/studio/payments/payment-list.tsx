import type { PaymentHistoryEntry, PaymentStatus } from '../../generated/api.ts';
import { money } from '../../shared/ui/money.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { type Resource, ResourceView } from '../../shared/ui/resource.tsx';

const WORDS: Readonly<Record<PaymentStatus, string>> = {
  pending: 'Waiting for payment',
  completed: 'Paid, not used yet',
  consumed: 'Used for a video',
  failed: 'Declined',
  expired: 'Expired',
  refunded: 'Refunded',
};

/** What was bought so far. */
export function PaymentList({ payments }: { readonly payments: Resource<readonly PaymentHistoryEntry[]> }) {
  return (
    <Panel title="Payments">
      <ResourceView resource={payments}>
        {(list) =>
          list.length === 0 ? (
            <p class="soft">No payments yet.</p>
          ) : (
            <ul class="list">
              {list.map((payment) => (
                <li key={payment.payment_id} class="list-row">
                  <span>
                    <strong>{payment.tier_name}</strong>
                    <br />
                    <span class="small soft">{new Date(payment.created_at).toLocaleDateString()}</span>
                  </span>
                  <span class="list-end">
                    <span class="numbers">{money(payment.amount, payment.currency)}</span>
                    <br />
                    <span class="small soft">{WORDS[payment.status]}</span>
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </ResourceView>
    </Panel>
  );
}
