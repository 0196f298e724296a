import type { FastifyInstance } from 'fastify';

interface KnownPath {
  readonly pattern: RegExp;
  /** Null for a path with any number of them. */
  readonly segments: number | null;
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
    const segments = countOfSegments(path);
    const methods = new Set<string>();
    for (const known of this.paths.values()) {
      // Counting spares nearly all comparisons; whoever asks for all that a server might have makes many of them.
      if (known.segments !== null && known.segments !== segments) continue;
      if (known.pattern.test(path)) for (const method of known.methods) methods.add(method);
    }
    return [...methods].sort();
  }

  private add(url: string, methods: readonly string[]): void {
    // A route for everything (files of the web app, the answer to CORS preflights) does not make every path a known one.
    if (url === '*' || url === '/*') return;
    const segments = url.includes('*') ? null : countOfSegments(url);
    const known = this.paths.get(url) ?? { pattern: patternOf(url), segments, methods: new Set<string>() };
    for (const method of methods) known.methods.add(method);
    this.paths.set(url, known);
  }
}

function countOfSegments(path: string): number {
  let count = 0;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) count += 1;
  return count;
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
