import { useEffect, useRef } from 'preact/hooks';
import { Brand } from '../shared/ui/brand.tsx';
import { Button } from '../shared/ui/button.tsx';
import { Alerts } from './alerts/alerts.tsx';
import { Audit } from './audit/audit.tsx';
import { Errors } from './errors/errors.tsx';
import { EventPage } from './errors/event-page.tsx';
import { GroupPage } from './errors/group-page.tsx';
import { StoryPage } from './errors/story-page.tsx';
import { Faults } from './faults/faults.tsx';
import { useSandbox } from './faults/use-sandbox.ts';
import { feed } from './live/news.ts';
import { Now } from './now/now.tsx';
import { Emails } from './operations/emails.tsx';
import { Jobs } from './operations/jobs.tsx';
import { Replication } from './operations/replication.tsx';
import { hashOf, type Route } from './routes.ts';
import { useRoute } from './use-route.ts';

const PLACES = [
  { view: 'now', name: 'Now' },
  { view: 'errors', name: 'Errors' },
  { view: 'jobs', name: 'Jobs' },
  { view: 'emails', name: 'E-mails' },
  { view: 'replication', name: 'Replication' },
  { view: 'alerts', name: 'Alerts' },
  { view: 'audit', name: 'Audit' },
  { view: 'faults', name: 'Faults' },
] as const satisfies readonly { readonly view: Route['view']; readonly name: string }[];

interface DashboardProps {
  readonly email: string;
  readonly onSignOut: () => void;
}

/** The frame of the dashboard: where one can go, and where one is. */
export function Dashboard({ email, onSignOut }: DashboardProps) {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const sandbox = useSandbox();
  const title = titleOf(route);
  useEffect(() => {
    const controller = new AbortController();
    void feed.follow(controller.signal);
    return () => controller.abort();
  }, []);
  useEffect(() => {
    document.title = `${title} · Operations`;
    // A new place begins at its top, also for those who do not see it; the first one is where the page begins anyhow.
    if (!first.current) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    first.current = false;
  }, [hashOf(route)]);
  return (
    <div class="frame">
      <a
        class="skip-link"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <header class="bar">
        <Brand href="/admin" />
        <nav class="places" aria-label="Panels">
          {PLACES.filter(({ view }) => sandbox || view !== 'faults').map(({ view, name }) => (
            <a
              key={view}
              class="place"
              href={hashOf({ view })}
              aria-current={view === homeOf(route) ? 'page' : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
        <div class="who">
          <span class="small soft who-email">{email}</span>
          <Button kind="text" onClick={onSignOut}>
            Sign out
          </Button>
        </div>
      </header>
      <main ref={main} id="main" class="content" tabIndex={-1}>
        <h1 class="content-title">{title}</h1>
        <View route={route} />
      </main>
    </div>
  );
}

function View({ route }: { readonly route: Route }) {
  switch (route.view) {
    case 'now':
      return <Now />;
    case 'errors':
      return <Errors />;
    case 'group':
      return <GroupPage key={route.id} id={route.id} />;
    case 'event':
      return <EventPage id={route.id} />;
    case 'story':
      return <StoryPage requestId={route.requestId} />;
    case 'jobs':
      return <Jobs />;
    case 'emails':
      return <Emails />;
    case 'replication':
      return <Replication />;
    case 'alerts':
      return <Alerts />;
    case 'audit':
      return <Audit />;
    case 'faults':
      return <Faults />;
  }
}

/** The panel under which a place is found. */
function homeOf(route: Route): Route['view'] {
  return route.view === 'group' || route.view === 'event' || route.view === 'story' ? 'errors' : route.view;
}

function titleOf(route: Route): string {
  return PLACES.find(({ view }) => view === homeOf(route))?.name ?? 'Now';
}
