import { fastify } from 'fastify';
import { RouteTable } from './route-table.js';

function tableOf(...routes: readonly (readonly [string, string])[]): RouteTable {
  const server = fastify();
  const table = RouteTable.of(server);
  for (const [method, url] of routes) server.route({ method, url, handler: () => 'x' });
  return table;
}

describe('RouteTable', () => {
  it('collects the methods of a path over all its routes, with or without a query', () => {
    const table = tableOf(['GET', '/jobs'], ['POST', '/jobs'], ['DELETE', '/other']);
    expect(table.methodsOf('/jobs')).toEqual(['GET', 'HEAD', 'POST']);
    expect(table.methodsOf('/jobs?page=2')).toEqual(['GET', 'HEAD', 'POST']);
  });

  it('takes a parameter for one segment', () => {
    const table = tableOf(['PUT', '/jobs/:job_id/title']);
    expect(table.methodsOf('/jobs/7/title')).toEqual(['PUT']);
    expect(table.methodsOf('/jobs//title')).toEqual([]);
    expect(table.methodsOf('/jobs/7/8/title')).toEqual([]);
  });

  it('takes signs in a path literally', () => {
    const table = tableOf(['POST', '/a.b/c+d']);
    expect(table.methodsOf('/a.b/c+d')).toEqual(['POST']);
    expect(table.methodsOf('/aXb/ccd')).toEqual([]);
  });

  it('does not count a route for everything', () => {
    const table = tableOf(['GET', '/*'], ['OPTIONS', '*'], ['GET', '/files/*']);
    expect(table.methodsOf('/nowhere')).toEqual([]);
    expect(table.methodsOf('/files/a/b')).toEqual(['GET', 'HEAD']);
  });
});
