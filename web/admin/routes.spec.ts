import { hashOf, type Route, routeOf } from './routes.ts';

describe('routes of the dashboard', () => {
  it.each<Route>([
    { view: 'now' },
    { view: 'errors' },
    { view: 'audit' },
    { view: 'group', id: '0190aaaa-0000-7000-8000-000000000001' },
    { view: 'event', id: 'x' },
    { view: 'story', requestId: 'a/b c%' },
  ])('lead back to where they came from: %j', (route) => {
    expect(routeOf(hashOf(route))).toEqual(route);
  });

  it.each(['', '#', '#/', '#/nowhere', '#/group', '#/group/', '#/../../etc'])('lead to the start from %j', (hash) => {
    expect(routeOf(hash)).toEqual({ view: 'now' });
  });

  it('bear an escape that is none', () => {
    expect(routeOf('#/story/%E0%A4%A')).toEqual({ view: 'story', requestId: '%E0%A4%A' });
  });
});
