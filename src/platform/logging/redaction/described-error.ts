/** Properties of errors that are shown first, under these names. */
const SHOWN_FIRST = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/**
 * An error as a list of properties for a log line: type, message, stack, what it carries besides, and its cause.
 * Each is read by itself: an error may have getters that throw.
 */
export function describeError(error: Error): [string, unknown][] {
  const described: [string, unknown][] = [
    ['type', read(error, 'name')],
    ['message', read(error, 'message')],
    ['stack', read(error, 'stack')],
  ];
  for (const key of Object.keys(error)) {
    if (!SHOWN_FIRST.has(key)) described.push([key, read(error, key)]);
  }
  // `cause` and an AggregateError's `errors` are not enumerable.
  for (const key of ['cause', 'errors']) {
    const value = read(error, key);
    if (value !== undefined) described.push([key, value]);
  }
  return described;
}

function read(error: Error, key: string): unknown {
  try {
    return Reflect.get(error, key);
  } catch {
    return '[Throws]';
  }
}
