/** Where a link from a mail, or the way back from the checkout, leads. */
export type Arrival =
  | { readonly kind: 'start' }
  | { readonly kind: 'verify-email'; readonly token: string }
  | { readonly kind: 'reset-password'; readonly token: string }
  | { readonly kind: 'job'; readonly jobId: string }
  | { readonly kind: 'paid'; readonly sessionId: string }
  | { readonly kind: 'payment-cancelled' };

export function arrivalAt({ pathname, search }: Pick<Location, 'pathname' | 'search'>): Arrival {
  const query = new URLSearchParams(search);
  const token = query.get('token') ?? '';
  if (pathname === '/verify-email') return { kind: 'verify-email', token };
  if (pathname === '/reset-password') return { kind: 'reset-password', token };
  const jobId = query.get('job');
  if (jobId !== null) return { kind: 'job', jobId };
  const sessionId = query.get('session_id');
  if (query.get('payment') === 'success' && sessionId !== null) return { kind: 'paid', sessionId };
  return query.get('payment') === 'cancelled' ? { kind: 'payment-cancelled' } : { kind: 'start' };
}

/** Takes what was arrived with out of the address, so that neither a reload nor the history brings it again. */
export function settle(query = ''): void {
  history.replaceState(null, '', `/${query}`);
}
