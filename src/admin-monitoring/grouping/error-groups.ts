import { createHash } from 'node:crypto';
import type { ApiError, ErrorContext, ErrorLevel } from '../../platform/errors/index.js';
import { redactString } from '../../platform/logging/index.js';
import { serviceOf } from './error-origin.js';
import { parameterise } from './parameterise.js';
import { inAppFrames, withoutHeader } from './stack-frames.js';

/** Changes with every change of the rules below; groups made by older rules stay what they are. */
export const FINGERPRINT_VERSION = 1;

const MAX_TITLE = 300;
const MAX_READ_MESSAGE = 2_000;
/** Links of a chain that are searched for frames of ours. */
const MAX_LINKS = 5;
/** What is remembered of groups and of stacks; beyond it everything is forgotten and made anew. */
const MAX_REMEMBERED = 2_000;

/** Codes that say only that something unforeseen happened: such errors are told apart by where they come from. */
const DEFECTS: ReadonlySet<string> = new Set(['INTERNAL_SERVER_ERROR', 'DATABASE_ERROR', 'BROWSER_ERROR']);

/** Anybody can report errors of pages, and make them up: what may become a group of its own of them, in each process. */
const BROWSER_GROUPS_PER_HOUR = 100;
const HOUR_MS = 3_600_000;

/** What a group is, as far as a process knows without asking the database. */
export interface GroupFacts {
  /** UUID (version 8) derived from the fingerprint. */
  readonly id: string;
  readonly fingerprint: string;
  readonly code: string;
  readonly errorClass: string;
  readonly service: string | null;
  readonly operation: string | null;
  readonly title: string;
  readonly level: ErrorLevel;
}

/**
 * Finds the group of an error. A catalogued error is known by its code with service and operation; a defect by the class, the frames
 * of our own code and the parameterised message of what was thrown. Does no more than a look into a map for what it has seen before,
 * except for the message of a defect.
 */
export class ErrorGrouping {
  private readonly catalogued = new Map<string, GroupFacts>();
  private readonly defects = new Map<string, GroupFacts>();
  private readonly frames = new Map<string, readonly string[]>();
  private browserHour = 0;
  private browserGroups = 0;

  /** @param atMs when it happened */
  groupOf(error: ApiError, context: ErrorContext, atMs: number): GroupFacts {
    return isDefect(error) ? this.defect(error, context, atMs) : this.catalogue(error, context);
  }

  private catalogue(error: ApiError, context: ErrorContext): GroupFacts {
    const service = serviceOf(error, context);
    const { operation } = context;
    const fingerprint = `${FINGERPRINT_VERSION}:${error.code}|${service ?? ''}|${operation ?? ''}`;
    const known = this.catalogued.get(fingerprint);
    if (known !== undefined) return known;
    const facts = {
      id: idOf(fingerprint),
      fingerprint,
      code: error.code,
      errorClass: error.name,
      service: service ?? null,
      operation: operation ?? null,
      title: titleOf(safely(error.message)),
      level: error.level,
    };
    return remember(this.catalogued, fingerprint, facts);
  }

  private defect(error: ApiError, context: ErrorContext, atMs: number): GroupFacts {
    const links = chainOf(error.cause ?? error);
    const [thrown] = links;
    const errorClass = classOf(thrown);
    const message = safely(messageOf(thrown));
    const frames = links.map((link) => this.framesOf(link)).find((found) => found.length > 0) ?? [];
    const parts = [error.code, errorClass, message, ...frames];
    const digest = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
    const fingerprint = `${FINGERPRINT_VERSION}:${error.code}|${digest}`;
    const known = this.defects.get(fingerprint);
    if (known !== undefined) return known;
    if (context.kind === 'browser' && !this.mayMakeBrowserGroup(atMs)) return overflowGroup(error.code, error.level);
    const facts = {
      id: idOf(fingerprint),
      fingerprint,
      code: error.code,
      errorClass,
      service: serviceOf(error, context) ?? null,
      operation: context.operation ?? null,
      title: titleOf(message),
      level: error.level,
    };
    return remember(this.defects, fingerprint, facts);
  }

  private mayMakeBrowserGroup(atMs: number): boolean {
    const hour = Math.floor(atMs / HOUR_MS);
    if (hour !== this.browserHour) [this.browserHour, this.browserGroups] = [hour, 0];
    this.browserGroups += 1;
    return this.browserGroups <= BROWSER_GROUPS_PER_HOUR;
  }

  /** Taking a stack apart costs more than anything else here, and the same places fail again and again. */
  private framesOf(link: unknown): readonly string[] {
    const stack = textOf(link, 'stack');
    if (stack === null) return [];
    const lines = withoutHeader(stack, messageOf(link));
    return this.frames.get(lines) ?? remember(this.frames, lines, inAppFrames(lines));
  }
}

/** Whether an error says nothing by its code, and what caused it says everything. */
export function isDefect({ code }: ApiError): boolean {
  return DEFECTS.has(code);
}

/** Facts of the group that takes what is no longer told apart, because too much of it waits to be stored. */
export function overflowGroup(code: string, level: ErrorLevel): GroupFacts {
  const fingerprint = `${FINGERPRINT_VERSION}:${code}|(overflow)`;
  return {
    id: idOf(fingerprint),
    fingerprint,
    code,
    errorClass: '(various)',
    service: null,
    operation: null,
    title: '(errors that were counted together, because too many different ones waited to be stored)',
    level,
  };
}

function remember<Value>(memory: Map<string, Value>, key: string, value: Value): Value {
  if (memory.size >= MAX_REMEMBERED) memory.clear();
  memory.set(key, value);
  return value;
}

/** A UUID of version 8 (RFC 9562 §5.8): 122 bits of a digest. */
function idOf(fingerprint: string): string {
  const hex = createHash('sha256').update(fingerprint).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function titleOf(message: string): string {
  return message.length <= MAX_TITLE ? message : `${message.slice(0, MAX_TITLE)}…`;
}

/** Without secrets first: a secret in a message would make a group of its own, and a digest that gives it away to a guesser. */
function safely(message: string): string {
  return parameterise(redactString(message.slice(0, MAX_READ_MESSAGE)));
}

function chainOf(thrown: unknown): readonly unknown[] {
  const links: unknown[] = [thrown];
  while (links.length < MAX_LINKS) {
    const cause = propertyOf(links.at(-1), 'cause');
    if (cause === undefined || cause === null || links.includes(cause)) break;
    links.push(cause);
  }
  return links;
}

function classOf(link: unknown): string {
  return (textOf(link, 'name') ?? typeof link).slice(0, 100);
}

function messageOf(link: unknown): string {
  return typeof link === 'string' ? link : (textOf(link, 'message') ?? '');
}

function textOf(value: unknown, key: string): string | null {
  const found = propertyOf(value, key);
  return typeof found === 'string' ? found : null;
}

function propertyOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return Reflect.get(value, key);
  } catch {
    // A getter that throws has nothing to say.
    return undefined;
  }
}
