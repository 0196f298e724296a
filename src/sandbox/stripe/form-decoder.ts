import { invalid } from './stripe-error.js';

/** A decoded form value: text, or nested under bracketed keys. */
export type FormValue = string | FormObject;
export interface FormObject {
  [key: string]: FormValue;
}

const MAX_DEPTH = 8;

/**
 * Decodes `application/x-www-form-urlencoded` with Stripe's bracketed keys: `a[b][0][c]=x` becomes
 * `{ a: { b: { 0: { c: 'x' } } } }`, and `a[]=x` counts up. Objects have no prototype, so no key means more than itself.
 * @throws StripeRefusal 400 for keys that contradict each other or nest too deep.
 */
export function decodeForm(text: string): FormObject {
  const root = emptyObject();
  for (const [key, value] of new URLSearchParams(text)) {
    const path = splitKey(key);
    if (path.length > MAX_DEPTH) throw invalid(`Invalid parameter name: ${key}`, key);
    put(root, path, value, key);
  }
  return root;
}

/** `a[b][]` as `['a', 'b', '']`. */
function splitKey(key: string): readonly string[] {
  const start = key.indexOf('[');
  if (start === -1) return [key];
  if (!/^[^[\]]+(\[[^[\]]*\])+$/.test(key)) throw invalid(`Invalid parameter name: ${key}`, key);
  return [key.slice(0, start), ...key.slice(start + 1, -1).split('][')];
}

function put(root: FormObject, path: readonly string[], value: string, key: string): void {
  let target = root;
  for (const [depth, part] of path.entries()) {
    const name = part === '' ? String(Object.keys(target).length) : part;
    if (depth === path.length - 1) {
      if (typeof target[name] === 'object') throw invalid(`Invalid parameter: ${key}`, key);
      target[name] = value;
      return;
    }
    const next = (target[name] ??= emptyObject());
    if (typeof next === 'string') throw invalid(`Invalid parameter: ${key}`, key);
    target = next;
  }
}

function emptyObject(): FormObject {
  return Object.create(null) as FormObject;
}

/** The text at `name`; empty text counts as absent, as it does for Stripe. */
export function text(form: FormObject, name: string): string | null {
  const value = form[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The object at `name`, or an empty one. */
export function nested(form: FormObject, name: string): FormObject {
  const value = form[name];
  return typeof value === 'object' ? value : emptyObject();
}

/** The list at `name`, in the order of its indices. */
export function list(form: FormObject, name: string): readonly FormValue[] {
  return Object.entries(nested(form, name))
    .sort(([left], [right]) => Number(left) - Number(right))
    .map(([, value]) => value);
}

/** The whole number at `name`. @throws StripeRefusal 400 when it is something else. */
export function integer(form: FormObject, name: string, param = name): number | null {
  const value = text(form, name);
  if (value === null) return null;
  if (!/^-?\d{1,15}$/.test(value)) throw invalid(`Invalid integer: ${value}`, param, 'parameter_invalid_integer');
  return Number(value);
}

/** Stripe's limits on metadata: 50 keys of 40 characters, values of 500. @throws StripeRefusal 400 */
export function metadata(form: FormObject, name = 'metadata'): Readonly<Record<string, string>> {
  const entries = Object.entries(nested(form, name));
  if (entries.length > 50) throw invalid('Metadata may have at most 50 keys.', name);
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const param = `${name}[${key}]`;
      if (typeof value !== 'string') throw invalid('Metadata values must be strings.', param);
      if (key.length > 40) throw invalid('Metadata keys must be at most 40 characters.', param);
      if (value.length > 500) throw invalid('Metadata values must be at most 500 characters.', param);
      return [key, value];
    }),
  );
}
