import { useState } from 'preact/hooks';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { session } from '../../shared/session/session.ts';
import { Button } from '../../shared/ui/button.tsx';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import { ResourceView, useResource } from '../../shared/ui/resource.tsx';
import { useAction } from '../../shared/ui/use-action.ts';

/** Reminds somebody whose address is not confirmed yet of the link in the mail. */
export function ConfirmAddress({ email }: { readonly email: string }) {
  return (
    <div class="notice confirm-address">
      <p>
        Please confirm <strong>{email}</strong> with the link we have mailed you.
      </p>
      <NewLink />
    </div>
  );
}

/** What helps where a link to confirm an address does not work: another one, which only goes to whoever is signed in. */
export function InsteadOfLink() {
  const restored = useResource(async () => await session.restore());
  const state = session.state.value;
  switch (state.state) {
    case 'unknown':
      return <ResourceView resource={restored}>{() => null}</ResourceView>;
    case 'signed-out':
      return <p>Sign in, and we can send you a new one.</p>;
    case 'signed-in':
      return state.user.email_verified ? <p>Your address is confirmed already.</p> : <NewLink />;
  }
}

/** Has another link mailed to whoever is signed in. */
function NewLink() {
  const [sent, setSent] = useState<string | null>(null);
  const { busy, failure, run } = useAction(async () => {
    const { message } = await answerOf(api.POST('/api/auth/resend-verification'));
    setSent(message);
  });
  if (sent !== null) return <p role="status">{sent}</p>;
  if (failure !== null) return <FailureNotice failure={failure} onRetry={run} />;
  return (
    <div class="notice-actions">
      <Button kind="quiet" busy={busy} onClick={() => run()}>
        {busy ? 'Sending…' : 'Send a new link'}
      </Button>
    </div>
  );
}
