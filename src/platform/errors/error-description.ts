import { isError } from './is-error.js';

const MAX_MESSAGE = 2_000;
const MAX_STACK = 8_000;
const MAX_CAUSES = 10;

/** One link of a chain of causes, bounded and safe to serialise. */
export interface ErrorDescription {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}

/**
 * The error and what it was caused by, outermost first. Bounded in length and depth, ends at a cycle, and never throws,
 * whatever was thrown: no Error, a getter that throws, ten megabytes of text.
 */
export function describeChain(error: unknown): readonly ErrorDescription[] {
  const seen = new Set<unknown>();
  const chain: ErrorDescription[] = [];
  let link: unknown = error;
  while (link !== undefined && chain.length < MAX_CAUSES && !seen.has(link)) {
    seen.add(link);
    chain.push(describe(link));
    link = property(link, 'cause');
  }
  return chain;
}

function describe(value: unknown): ErrorDescription {
  if (!isError(value)) return { name: typeof value, message: primitiveText(value) };
  const code = property(value, 'code');
  const stack = property(value, 'stack');
  const message = text(property(value, 'message'), '');
  return {
    name: text(property(value, 'name'), 'Error'),
    message: message.slice(0, MAX_MESSAGE),
    ...(typeof code === 'string' ? { code: code.slice(0, 100) } : {}),
    ...(typeof stack === 'string' ? { stack: boundedStack(stack, message) } : {}),
  };
}

/** A stack begins with the message: however long that is, the frames behind it are what is wanted. */
function boundedStack(stack: string, message: string): string {
  const start = message.length > MAX_MESSAGE ? stack.indexOf(message) : -1;
  if (start === -1) return stack.slice(0, MAX_STACK);
  const head = stack.slice(0, Math.min(start + MAX_MESSAGE, MAX_STACK / 2));
  return `${head}…${stack.slice(start + message.length)}`.slice(0, MAX_STACK);
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return Reflect.get(value, key);
  } catch {
    // A getter that throws has nothing to say.
    return undefined;
  }
}

/** Objects are not printed: they may hold anything, and their own `toString` may throw. */
function primitiveText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.slice(0, MAX_MESSAGE);
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'symbol':
    case 'undefined':
      return value?.toString() ?? 'undefined';
    case 'object':
    case 'function':
      return value === null ? 'null' : `(${typeof value})`;
  }
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
