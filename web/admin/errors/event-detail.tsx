import type { ErrorChainLink, ErrorEventDetail } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { ResourceView, useResource } from '../../shared/ui/resource.tsx';
import { clockTime, moment } from '../format/time.ts';
import { hashOf } from '../routes.ts';
import { Facts } from '../ui/facts.tsx';
import { stackLines } from './stack-lines.ts';

/** One error that happened: its chain of causes with their stacks, where it happened, and what was logged before it. */
export function EventDetail({ id }: { readonly id: string }) {
  const event = useResource(async (signal) => {
    const options = { signal, params: { path: { id } } };
    return (await answerOf(api.GET('/admin/api/monitoring/errors/events/{id}', options))).data;
  }, id);
  return (
    <ResourceView resource={event} lines={8}>
      {(value) => <Event event={value} />}
    </ResourceView>
  );
}

function Event({ event }: { readonly event: ErrorEventDetail }) {
  return (
    <div class="event">
      <Facts
        facts={[
          ['At', moment(event.occurred_at)],
          ['Endpoint', event.endpoint],
          ['Status', event.status],
          [
            'Request',
            event.request_id === null ? null : (
              <a class="mono" href={hashOf({ view: 'story', requestId: event.request_id })}>
                {event.request_id}
              </a>
            ),
          ],
          ['User', event.user_id],
          ['Job', event.job_id],
          ['Instance', event.instance],
          ['Version', event.release],
        ]}
      />
      <ol class="chain">
        {event.chain.map((link, index) => (
          <Link key={index} link={link} cause={index > 0} />
        ))}
      </ol>
      {event.breadcrumb.length > 0 && (
        <section aria-label="Logged before it">
          <h3>Logged before it</h3>
          <ol class="log">
            {event.breadcrumb.map(({ at, level, message }, index) => (
              <li key={index} class="log-line">
                <time class="mono soft" dateTime={at}>
                  {clockTime(at)}
                </time>
                <span class="mono soft">{level}</span>
                <span class="mono">{message}</span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

function Link({ link, cause }: { readonly link: ErrorChainLink; readonly cause: boolean }) {
  const lines = link.stack === null ? [] : stackLines(link.stack);
  return (
    <li class="link">
      <p class="wrap">
        {cause && <span class="soft">caused by </span>}
        <strong>{link.error_class}</strong>: {link.message}
      </p>
      {lines.length > 0 && (
        <ol class="stack" tabIndex={0} aria-label={`Stack of ${link.error_class}`}>
          {lines.map(({ text, own }, index) => (
            <li key={index} class={own ? 'mono frame-own' : 'mono soft'}>
              {text}
            </li>
          ))}
        </ol>
      )}
    </li>
  );
}
