import { useEffect, useState } from 'preact/hooks';
import type { TierResponse, UserResponse } from '../generated/api.ts';
import { answerOf } from '../shared/api/answer.ts';
import { api } from '../shared/api/client.ts';
import { failureOf } from '../shared/api/failure.ts';
import { session } from '../shared/session/session.ts';
import { SignIn } from '../shared/session/sign-in.tsx';
import { Brand } from '../shared/ui/brand.tsx';
import { Button } from '../shared/ui/button.tsx';
import { type Resource, ResourceView, useResource } from '../shared/ui/resource.tsx';
import { ConfirmAddress } from './account/confirm-address.tsx';
import { ResetPassword, VerifyEmail } from './account/mailed-links.tsx';
import { forgetDraft } from './draft/draft-store.ts';
import { JobPanel } from './jobs/job-panel.tsx';
import { VideoList } from './jobs/video-list.tsx';
import { usePayment } from './payments/await-payment.ts';
import { PaymentList } from './payments/payment-list.tsx';
import { type Arrival, arrivalAt, settle } from './routes.ts';
import { Workshop } from './workshop.tsx';

/** The page for customers. */
export function Studio() {
  const [arrival, setArrival] = useState<Arrival>(() => arrivalAt(location));
  const start = (): void => {
    settle();
    setArrival({ kind: 'start' });
  };
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <header class="page-head">
        <Brand />
        <Who />
      </header>
      <main id="main" class="page">
        <View arrival={arrival} onStart={start} onJob={(jobId) => setArrival({ kind: 'job', jobId })} />
      </main>
    </>
  );
}

async function signOut(): Promise<void> {
  forgetDraft();
  try {
    await session.signOut();
  } catch (error) {
    // Forgotten here in any case; a server that cannot be reached lets the session run out.
    failureOf(error);
  }
}

function Who() {
  const state = session.state.value;
  if (state.state !== 'signed-in') return null;
  return (
    <div class="who">
      <span class="small soft who-email">{state.user.email}</span>
      <Button kind="text" onClick={() => void signOut()}>
        Sign out
      </Button>
    </div>
  );
}

interface ViewProps {
  readonly arrival: Arrival;
  readonly onStart: () => void;
  readonly onJob: (jobId: string) => void;
}

function View({ arrival, onStart, onJob }: ViewProps) {
  if (arrival.kind === 'verify-email') return <VerifyEmail token={arrival.token} onDone={onStart} />;
  if (arrival.kind === 'reset-password') return <ResetPassword token={arrival.token} onDone={onStart} />;
  return <Home arrival={arrival} onStart={onStart} onJob={onJob} />;
}

function Home({ arrival, onStart, onJob }: ViewProps) {
  const state = session.state.value;
  const restored = useResource(async () => await session.restore());
  // The same for everybody, so asked for while it is found out who is there.
  const tiers = useResource(async (signal) => (await answerOf(api.GET('/api/payments/tiers', { signal }))).tiers);
  if (state.state === 'unknown') return <ResourceView resource={restored}>{() => null}</ResourceView>;
  if (state.state === 'signed-in') {
    return (
      <Signed key={state.user.id} user={state.user} tiers={tiers} arrival={arrival} onStart={onStart} onJob={onJob} />
    );
  }
  // Who comes for a video or from the checkout has an account.
  const hasAccount = state.expired || arrival.kind === 'job' || arrival.kind === 'paid';
  return (
    <>
      <div class="welcome">
        <div class="hero">
          <h1>Your track, in motion.</h1>
          <p class="hero-line">
            Drop a song, choose a look, and see it move at once. When you like it, pay once and get the video in full
            HD.
          </p>
        </div>
        <div>
          {state.expired && (
            <p class="notice notice-warn" role="status">
              Your session is over. Please sign in again: your work is kept.
            </p>
          )}
          <SignIn first={hasAccount ? 'sign-in' : 'register'} />
        </div>
      </div>
      <Workshop tiers={tiers} payments={null} onSubmitted={onJob} />
    </>
  );
}

interface SignedProps extends ViewProps {
  readonly user: UserResponse;
  readonly tiers: Resource<readonly TierResponse[]>;
}

function Signed({ user, tiers, arrival, onStart, onJob }: SignedProps) {
  const payments = useResource(
    async (signal) =>
      (await answerOf(api.GET('/api/payments/history', { signal, params: { query: { per_page: 50 } } }))).history,
  );
  const jobs = useResource(
    async (signal) =>
      (await answerOf(api.GET('/api/jobs/render', { signal, params: { query: { per_page: 50 } } }))).jobs,
  );
  const open = (jobId: string): void => {
    settle(`?job=${jobId}`);
    onJob(jobId);
    jobs.reload();
    payments.reload();
  };
  const reloadAll = (): void => {
    jobs.reload();
    payments.reload();
  };
  return (
    <>
      <h1 class="visually-hidden">Your studio</h1>
      {!user.email_verified && <ConfirmAddress email={user.email} />}
      {arrival.kind === 'payment-cancelled' && (
        <p class="notice" role="status">
          The payment was cancelled. Your track and your look are still here.
        </p>
      )}
      {arrival.kind === 'paid' && <Paid sessionId={arrival.sessionId} onPaid={payments.reload} />}
      {arrival.kind === 'job' ? (
        <JobPanel key={arrival.jobId} jobId={arrival.jobId} onEnd={reloadAll} onClose={onStart} />
      ) : (
        <Workshop tiers={tiers} payments={payments} onSubmitted={open} />
      )}
      <div class="columns">
        <VideoList jobs={jobs} onOpen={open} />
        <PaymentList payments={payments} />
      </div>
    </>
  );
}

/** The way back from the checkout: waits until the payment is known here. */
function Paid({ sessionId, onPaid }: { readonly sessionId: string; readonly onPaid: () => void }) {
  const payment = usePayment(sessionId, onPaid);
  const status = payment.state === 'ready' ? payment.value.status : null;
  useEffect(() => {
    if (status !== null && status !== 'pending') settle();
  }, [status]);
  return (
    <ResourceView resource={payment} lines={1}>
      {({ status: now, failure_message: why }) => (
        <p class={`notice ${now === 'failed' || now === 'expired' ? 'notice-bad' : 'notice-good'}`} role="status">
          {now === 'pending' && 'Waiting for the payment to be confirmed…'}
          {(now === 'completed' || now === 'consumed') && 'Paid. Thank you! Your video can be made now.'}
          {(now === 'failed' || now === 'expired') &&
            `${why ?? 'The payment did not go through.'} Try again with another card.`}
          {now === 'refunded' && 'This payment was refunded.'}
        </p>
      )}
    </ResourceView>
  );
}
