import type { PaymentHistoryEntry, TierResponse } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { Button } from '../../shared/ui/button.tsx';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import { money } from '../../shared/ui/money.ts';
import { useAction } from '../../shared/ui/use-action.ts';
import { changeDraft, draft, draftIsKept, newCheckoutKey } from '../draft/draft-store.ts';

/** A payment that no video has used: good for one. */
export function unusedCredit(
  payments: readonly PaymentHistoryEntry[],
  tierId: string,
): PaymentHistoryEntry | undefined {
  return payments.find(({ status, tier }) => status === 'completed' && tier === tierId);
}

/** Leads to the checkout page for a plan; the way back ends here, with the draft as it was. */
export function BuyButton({ tier }: { readonly tier: TierResponse }) {
  const action = useAction(async () => {
    const { session_url: url } = await answerOf(
      api.POST('/api/payments/create-session', {
        params: { header: { 'idempotency-key': draft.peek().checkoutKey } },
        body: {
          tier: tier.id,
          success_url: `${location.origin}/?payment=success&session_id={CHECKOUT_SESSION_ID}`,
          cancel_url: `${location.origin}/?payment=cancelled`,
        },
      }),
    );
    // The next purchase is another one.
    changeDraft({ checkoutKey: newCheckoutKey() });
    await draftIsKept();
    if (url !== null) location.assign(url);
  });
  return (
    <>
      <Button wide busy={action.busy} onClick={() => action.run()}>
        Pay {money(tier.amount, tier.currency)}
      </Button>
      {action.failure !== null && <FailureNotice failure={action.failure} onRetry={() => action.run()} />}
    </>
  );
}
