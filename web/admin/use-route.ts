import { useEffect, useState } from 'preact/hooks';
import { type Route, routeOf } from './routes.ts';

/** Where the person is; follows links, the history and what is typed into the address. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = (): void => setRoute(routeOf(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}
