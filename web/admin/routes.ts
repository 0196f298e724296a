/** A place in the dashboard, kept in the fragment of the address: `#/errors/group/<id>`. */
export type Route =
  | { readonly view: 'now' }
  | { readonly view: 'errors' }
  | { readonly view: 'group'; readonly id: string }
  | { readonly view: 'event'; readonly id: string }
  | { readonly view: 'story'; readonly requestId: string }
  | { readonly view: 'jobs' }
  | { readonly view: 'emails' }
  | { readonly view: 'replication' }
  | { readonly view: 'alerts' }
  | { readonly view: 'audit' }
  | { readonly view: 'faults' };

const PLAIN = ['now', 'errors', 'jobs', 'emails', 'replication', 'alerts', 'audit', 'faults'] as const;

/** What the fragment of an address means; what means nothing is the start. */
export function routeOf(hash: string): Route {
  const [view = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  const id = readable(rest.join('/'));
  if (id !== '') {
    if (view === 'group' || view === 'event') return { view, id };
    if (view === 'story') return { view, requestId: id };
  }
  const plain = PLAIN.find((name) => name === view);
  return { view: plain ?? 'now' };
}

/** The fragment that leads to a place. */
export function hashOf(route: Route): string {
  if (route.view === 'group' || route.view === 'event') return `#/${route.view}/${encodeURIComponent(route.id)}`;
  return route.view === 'story' ? `#/story/${encodeURIComponent(route.requestId)}` : `#/${route.view}`;
}

/** A person may type anything into the address. */
function readable(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
