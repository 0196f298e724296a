import { useEffect } from 'preact/hooks';
import type { PaymentStatusResponse } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { type Resource, useResource } from '../../shared/ui/resource.tsx';

/** While Stripe's word is on its way to us. */
const PENDING_POLL_MS = 1_500;

/** The payment of a checkout session, asked for until it is decided; `onPaid` once it is paid. */
export function usePayment(sessionId: string, onPaid: () => void): Resource<PaymentStatusResponse> {
  const payment = useResource(
    async (signal) =>
      await answerOf(
        api.GET('/api/payments/status/{session_id}', { signal, params: { path: { session_id: sessionId } } }),
      ),
  );
  const status = payment.state === 'ready' ? payment.value.status : null;
  useEffect(() => {
    if (status === 'completed') onPaid();
    if (payment.state !== 'ready' || status !== 'pending') return;
    const timer = setTimeout(payment.reload, PENDING_POLL_MS);
    return () => clearTimeout(timer);
  }, [payment.state === 'ready' ? payment.value : status]);
  return payment;
}
