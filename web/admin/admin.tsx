import { failureOf } from '../shared/api/failure.ts';
import { session } from '../shared/session/session.ts';
import { SignIn } from '../shared/session/sign-in.tsx';
import { Brand } from '../shared/ui/brand.tsx';
import { Button } from '../shared/ui/button.tsx';
import { Panel } from '../shared/ui/panel.tsx';
import { ResourceView, useResource } from '../shared/ui/resource.tsx';
import { Dashboard } from './dashboard.tsx';

/** The page for operators. What it shows is refused by the API to anybody else; this only says so in words. */
export function Admin() {
  const state = session.state.value;
  const restored = useResource(async () => await session.restore());
  if (state.state === 'signed-in' && state.user.is_admin)
    return <Dashboard email={state.user.email} onSignOut={leave} />;
  return (
    <div class="gate">
      <Brand />
      <main class="gate-main">
        <h1 class="gate-title">Operations</h1>
        {state.state === 'unknown' && <ResourceView resource={restored}>{() => null}</ResourceView>}
        {state.state === 'signed-in' && <Refusal email={state.user.email} />}
        {state.state === 'signed-out' && (
          <>
            {state.expired && (
              <p class="notice notice-warn" role="status">
                Your session is over. Please sign in again.
              </p>
            )}
            <SignIn canRegister={false} />
          </>
        )}
      </main>
    </div>
  );
}

function Refusal({ email }: { readonly email: string }) {
  return (
    <Panel title="Not for this account">
      <p>
        This page is for administrators, and <strong>{email}</strong> is not one. An administrator’s address also has to
        be confirmed.
      </p>
      <div class="notice-actions">
        <a class="button button-primary" href="/">
          Go to the studio
        </a>
        <Button kind="quiet" onClick={leave}>
          Sign out
        </Button>
      </div>
    </Panel>
  );
}

function leave(): void {
  session.signOut().catch((error: unknown) => {
    // Forgotten here in any case; a server that cannot be reached lets the session run out.
    failureOf(error);
  });
}
