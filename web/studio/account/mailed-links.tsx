import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { session } from '../../shared/session/session.ts';
import { Button } from '../../shared/ui/button.tsx';
import type { Failure } from '../../shared/api/failure.ts';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { textOf } from '../../shared/ui/form-text.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { ResourceView, useResource } from '../../shared/ui/resource.tsx';
import { problemOf, useAction } from '../../shared/ui/use-action.ts';
import { InsteadOfLink } from './confirm-address.tsx';

/** Confirms the address with the token of a mailed link. */
export function VerifyEmail({ token, onDone }: { readonly token: string; readonly onDone: () => void }) {
  const answer = useResource(async () => await answerOf(api.POST('/api/auth/verify-email', { body: { token } })));
  useEffect(() => {
    if (answer.state === 'ready') session.update(answer.value.user);
  }, [answer.state]);
  return (
    <Panel title="Your e-mail address" class="narrow">
      {answer.state === 'failed' ? (
        <LinkFailure failure={answer.failure} onRetry={answer.reload}>
          <InsteadOfLink />
        </LinkFailure>
      ) : (
        <ResourceView resource={answer} lines={2}>
          {({ message }) => (
            <p class="notice notice-good" role="status">
              {message}
            </p>
          )}
        </ResourceView>
      )}
      <Button onClick={onDone}>Go to the studio</Button>
    </Panel>
  );
}

/** Sets a new password with the token of a mailed link. */
export function ResetPassword({ token, onDone }: { readonly token: string; readonly onDone: () => void }) {
  const action = useAction(async (password: string) => {
    await answerOf(api.POST('/api/auth/reset-password', { body: { token, password } }));
    onDone();
  });
  return (
    <Panel title="Choose a new password" class="narrow">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          action.run(textOf(event.currentTarget, 'password'));
        }}
      >
        <Field
          label="New password"
          name="password"
          type="password"
          autocomplete="new-password"
          hint="At least 8 characters, with a letter and a digit"
          required
          problem={problemOf(action.failure, 'password')}
        />
        <Button type="submit" wide busy={action.busy}>
          Set the password
        </Button>
      </form>
      {action.failure !== null && <LinkFailure failure={action.failure} />}
    </Panel>
  );
}

interface LinkFailureProps {
  readonly failure: Failure;
  readonly onRetry?: () => void;
  /** What helps where it is the link that does not work. */
  readonly children?: ComponentChildren;
}

/** What is refused here is the link and not the session, about which these codes are everywhere else. */
function LinkFailure({ failure, onRetry, children }: LinkFailureProps) {
  if (failure.kind !== 'answered' || failure.status !== 401)
    return <FailureNotice failure={failure} onRetry={onRetry} />;
  return (
    <div class="notice notice-bad" role="alert">
      <p class="notice-title">This link does not work any more</p>
      <p>{failure.message}</p>
      {children}
    </div>
  );
}
