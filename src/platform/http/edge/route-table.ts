import type { FastifyInstance } from 'fastify';

interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Which methods each path answers: what tells "no such path" (404) from "not with this method" (405). */
export class RouteTable {
  private readonly paths = new Map<string, KnownPath>();

  /** Listens to the routes as they are registered; to be called before any is. */
  static of(fastify: FastifyInstance): RouteTable {
    const table = new RouteTable();
    fastify.addHook('onRoute', ({ url, method }) => table.add(url, [method].flat()));
    return table;
  }

  /** @param url - path of a request, with or without a query. @returns the methods its path answers, none if unknown. */
  methodsOf(url: string): readonly string[] {
    const path = url.split('?', 1)[0] ?? url;
    const methods = new Set<string>();
    for (const known of this.paths.values()) {
      if (known.pattern.test(path)) for (const method of known.methods) methods.add(method);
    }
    return [...methods].sort();
  }

  private add(url: string, methods: readonly string[]): void {
    // A route for everything (files of the web app, the answer to CORS preflights) does not make every path a known one.
    if (url === '*' || url === '/*') return;
    const known = this.paths.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const method of methods) known.methods.add(method);
    this.paths.set(url, known);
  }
}

/** find-my-way's `:name` is one segment and `*` the rest. */
function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((segment) => {
      if (segment === '*') return '.*';
      return segment.startsWith(':') ? '[^/]+' : segment.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    })
    .join('/');
  return new RegExp(`^${source}$`);
}
