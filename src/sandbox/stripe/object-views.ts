import type { CheckoutSessions } from './checkout-sessions.js';
import { type FormObject, integer, list, text } from './form-decoder.js';
import { invalid, noSuch } from './stripe-error.js';
import type { StripeLedger } from './stripe-ledger.js';

type Json = Readonly<Record<string, unknown>>;

/** Expands the paths of `expand` in an answer (docs.stripe.com/api/expanding_objects). */
export class ObjectViews {
  constructor(
    private readonly ledger: StripeLedger,
    private readonly sessions: CheckoutSessions,
  ) {}

  /** @throws StripeRefusal 400 for a path that leads nowhere. */
  expand(object: unknown, form: FormObject): unknown {
    return list(form, 'expand').reduce<unknown>((result, path) => {
      if (typeof path !== 'string') throw invalid('Invalid string', 'expand');
      return this.expandPath(result, path.split('.'), path);
    }, object);
  }

  private expandPath(object: unknown, [head, ...rest]: readonly string[], path: string): unknown {
    if (head === undefined) return object;
    if (Array.isArray(object)) return object.map((item: unknown) => this.expandPath(item, [head, ...rest], path));
    if (typeof object !== 'object' || object === null) throw unexpandable(path);
    const value = this.resolve(object as Json, head);
    if (value === undefined) throw unexpandable(path);
    return { ...object, [head]: value === null ? null : this.expandPath(value, rest, path) };
  }

  private resolve(object: Json, property: string): unknown {
    if (property === 'line_items' && object['object'] === 'checkout.session') {
      const url = `/v1/checkout/sessions/${String(object['id'])}/line_items`;
      return listObject(this.sessions.lineItems(String(object['id'])), false, url);
    }
    const value = object[property];
    return typeof value === 'string' ? this.byId(value) : value;
  }

  private byId(id: string): unknown {
    if (id.startsWith('pi_')) return this.ledger.get('payment_intents', id);
    if (id.startsWith('ch_')) return this.ledger.get('charges', id);
    return undefined;
  }
}

/** One page of a list, newest first, by `limit`, `starting_after`, `ending_before` and `created`. */
export function paginate(
  all: readonly { readonly id: string; readonly created?: number }[],
  query: FormObject,
  url: string,
): Json {
  const limit = integer(query, 'limit') ?? 10;
  if (limit < 1 || limit > 100) throw invalid('This value must be between 1 and 100.', 'limit');
  const matching = all.filter(createdFilter(query));
  const after = text(query, 'starting_after');
  const before = text(query, 'ending_before');
  const indexOf = (id: string, param: string): number => {
    const index = matching.findIndex((item) => item.id === id);
    if (index === -1) throw noSuch('object', id, param);
    return index;
  };
  if (before !== null) {
    const end = indexOf(before, 'ending_before');
    const start = Math.max(0, end - limit);
    return listObject(matching.slice(start, end), start > 0, url);
  }
  const start = after === null ? 0 : indexOf(after, 'starting_after') + 1;
  return listObject(matching.slice(start, start + limit), start + limit < matching.length, url);
}

function createdFilter(query: FormObject): (item: { readonly created?: number }) => boolean {
  const exact = integer(query, 'created');
  const range = query['created'];
  if (typeof range !== 'object') return ({ created = 0 }) => exact === null || created === exact;
  const bound = (name: string): number | null => integer(range, name, `created[${name}]`);
  const [gt, gte, lt, lte] = [bound('gt'), bound('gte'), bound('lt'), bound('lte')];
  return ({ created = 0 }) =>
    (gt === null || created > gt) &&
    (gte === null || created >= gte) &&
    (lt === null || created < lt) &&
    (lte === null || created <= lte);
}

function listObject(data: readonly unknown[], hasMore: boolean, url: string): Json {
  return { object: 'list', data, has_more: hasMore, url };
}

function unexpandable(path: string): Error {
  return invalid(`This property cannot be expanded (${path}).`, 'expand');
}
