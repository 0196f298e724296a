import { types } from 'node:util';
import { isCardNumber } from './card-numbers.js';
import { describeError } from './described-error.js';
import { REDACTED, isSensitiveKey } from './sensitive-keys.js';
import { redactText } from './text-redactor.js';

/** Deeper than this nothing is shown. */
const MAX_DEPTH = 10;
const MAX_ITEMS = 100;
/** Values looked at in one call: what keeps a huge graph from stopping the process. */
const MAX_VALUES = 5_000;
/** A longer text is cut: nobody reads on, and log lines have to stay small. */
const MAX_TEXT_SHOWN = 16_384;
const MAX_TEXT_READ = 1_048_576;
const SMALLEST_CARD_NUMBER = 2e12;
/** Names under which lists of pairs keep the name of a value: `{ name: 'authorization', value: '…' }`. */
const NAME_PROPERTIES = new Set<unknown>(['name', 'key', 'header', 'field', 'param']);

/**
 * A copy of `value` that may be written anywhere: plain JSON data without secrets (by key and by look), with masked
 * e-mail addresses, bounded in depth, width and length. Never throws, whatever it is given: cycles, getters and proxies
 * that throw, class instances, errors with their chain of causes, Maps, Buffers.
 */
export function redact(value: unknown): unknown {
  return new Redaction().copy(value, 0);
}

/** {@link redact} for a text. */
export function redactString(text: string): string {
  const read = text.length > MAX_TEXT_READ ? text.slice(0, MAX_TEXT_READ) : text;
  const redacted = redactText(read);
  if (redacted.length <= MAX_TEXT_SHOWN && read === text) return redacted;
  return `${redacted.slice(0, MAX_TEXT_SHOWN)}… [${text.length} characters]`;
}

/** One walk through one value. */
class Redaction {
  private readonly path = new Set<object>();
  private values = 0;

  copy(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        return redactString(value);
      case 'number':
        return value >= SMALLEST_CARD_NUMBER && isCardNumber(String(value)) ? REDACTED : value;
      case 'bigint':
        return redactString(value.toString());
      case 'boolean':
      case 'undefined':
        return value;
      case 'symbol':
        return redactString(value.toString());
      case 'function':
        return '[Function]';
      case 'object':
        return value === null ? null : this.enter(value, depth);
    }
  }

  private enter(value: object, depth: number): unknown {
    this.values += 1;
    if (this.path.has(value)) return '[Circular]';
    if (depth >= MAX_DEPTH || this.values > MAX_VALUES) return '[Truncated]';
    this.path.add(value);
    try {
      return this.copyObject(value, depth + 1);
    } catch {
      // A proxy or an exotic object that cannot be looked at; there is nothing to report but that.
      return '[Unreadable]';
    } finally {
      this.path.delete(value);
    }
  }

  private copyObject(value: object, depth: number): unknown {
    if (Array.isArray(value)) return this.copyList(value, depth);
    if (value instanceof Error) return this.copyEntries(describeError(value), depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[Binary ${value.byteLength} bytes]`;
    if (value instanceof URL || value instanceof RegExp) return redactString(String(value));
    if (value instanceof Set) return this.copyList(firstOf(value), depth, value.size);
    if (value instanceof Map || value instanceof URLSearchParams || value instanceof Headers) {
      return this.copyEntries([...firstOf(value)], depth);
    }
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) return '[Opaque]';
    if (types.isBoxedPrimitive(value)) return this.copy(value.valueOf(), depth);
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return this.copy(toJSON.call(value), depth);
    return this.copyEntries(propertiesOf(value), depth);
  }

  private copyList(list: readonly unknown[], depth: number, total = list.length): unknown[] {
    const shown = list.slice(0, MAX_ITEMS);
    const copied = shown.map((item, index) => {
      const name = shown[index - 1];
      // Pairs in a flat list, as in Node's `rawHeaders`.
      const named = typeof item === 'string' && index % 2 === 1 && typeof name === 'string' && name.length <= 64;
      return named && isSensitiveKey(name) ? REDACTED : this.copy(item, depth);
    });
    return total > shown.length ? [...copied, `… ${total - shown.length} more`] : copied;
  }

  private copyEntries(entries: readonly (readonly [unknown, unknown])[], depth: number): Record<string, unknown> {
    const hidden = hidesItsValue(entries);
    const copy: Record<string, unknown> = {};
    for (const [rawKey, item] of entries.slice(0, MAX_ITEMS)) {
      const key = typeof rawKey === 'string' ? rawKey : String(this.copy(rawKey, depth));
      const secret = isSensitiveKey(key) || (hidden && key === 'value');
      const safe = secret && mayBeSecret(item) ? REDACTED : this.copy(item, depth);
      setOwn(copy, redactString(key), safe);
    }
    if (entries.length > MAX_ITEMS) copy['…'] = `${entries.length - MAX_ITEMS} more`;
    return copy;
  }
}

/** An assignment to `__proto__` would not make a property; defining every property is what costs most of a copy. */
function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** What is absent, and a mere yes or no, gives nothing away. */
function mayBeSecret(value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== 'boolean' && value !== '';
}

function hidesItsValue(entries: readonly (readonly [unknown, unknown])[]): boolean {
  if (!entries.some(([key]) => key === 'value')) return false;
  return entries.some(([key, name]) => NAME_PROPERTIES.has(key) && typeof name === 'string' && isSensitiveKey(name));
}

/** Own enumerable properties, each read by itself, so that a getter that throws costs only its own value. */
function propertiesOf(value: object): [string, unknown][] {
  return Object.keys(value)
    .slice(0, MAX_ITEMS + 1)
    .map((key) => {
      try {
        return [key, Reflect.get(value, key)];
      } catch {
        return [key, '[Throws]'];
      }
    });
}

function firstOf<T>(items: Iterable<T>): T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.length > MAX_ITEMS) break;
    taken.push(item);
  }
  return taken;
}
