import { Panel } from '../../shared/ui/panel.tsx';
import { hashOf } from '../routes.ts';
import { EventDetail } from './event-detail.tsx';

/** A sample of an error on its own. */
export function EventPage({ id }: { readonly id: string }) {
  return (
    <>
      <a class="small" href={hashOf({ view: 'errors' })}>
        ← All errors
      </a>
      <Panel title="An error that happened">
        <EventDetail id={id} />
      </Panel>
    </>
  );
}
