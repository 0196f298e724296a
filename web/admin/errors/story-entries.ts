import type { ErrorLevel, RequestStepKind, Story } from '../../generated/api.ts';

/** A line in the story of a request. */
export interface StoryEntry {
  readonly at: string;
  readonly kind: RequestStepKind | 'error' | 'job' | 'object' | 'mail' | 'change';
  readonly text: string;
  readonly level: ErrorLevel;
  /** The event behind an error. */
  readonly eventId: string | null;
}

const NOT_WORTH_A_WORD = new Set(['level', 'message']);

/** Everything that a request did and caused, in the order in which it happened. */
export function storyEntries(story: Story): readonly StoryEntry[] {
  const entries: readonly StoryEntry[] = [
    ...story.steps.map(({ at, kind, facts }) => entry(at, kind, inWords(facts), levelOf(facts))),
    ...story.errors.map(({ id, occurred_at: at, code, message, level }) =>
      entry(at, 'error', `${code}: ${message}`, level, id),
    ),
    ...story.jobs.map(({ id, status, created_at: at }) => entry(at, 'job', `render ${id} was queued and is ${status}`)),
    ...story.objects.map(({ key, status, location, created_at: at }) =>
      entry(at, 'object', `${key} is ${status}${location === null ? '' : ` at ${location}`}`),
    ),
    ...story.emails.map(({ template, to, status, created_at: at }) =>
      entry(at, 'mail', `${template} to ${to} is ${status}`),
    ),
    ...story.changes.map(({ action, target, actor, occurred_at: at }) =>
      entry(at, 'change', `${actor}: ${action}${target === null ? '' : ` of ${target}`}`),
    ),
  ];
  return entries.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function entry(
  at: string,
  kind: StoryEntry['kind'],
  text: string,
  level: ErrorLevel = 'info',
  eventId: string | null = null,
): StoryEntry {
  return { at, kind, text, level, eventId };
}

type Facts = Readonly<Record<string, unknown>>;

function inWords(facts: Facts): string {
  const message = typeof facts['message'] === 'string' ? [facts['message']] : [];
  const rest = Object.entries(facts)
    .filter(([name, value]) => !NOT_WORTH_A_WORD.has(name) && value !== null && value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [...message, ...rest].join(' · ');
}

function levelOf(facts: Facts): ErrorLevel {
  const level = facts['level'];
  if (level === 'warn' || level === 'error' || level === 'fatal') return level;
  return facts['outcome'] === 'failure' ? 'warn' : 'info';
}
