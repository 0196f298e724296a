import { isIPv6 } from 'node:net';

/** A longer message is cut: what tells errors apart stands at the beginning. */
const MAX_READ = 2_000;

const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}';
const WEEKDAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}';
const CLOCK_TIME = String.raw`\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?`;
const ZONE = String.raw`(?:Z|UTC|GMT)?(?:[+-]\d{2}:?\d{2})?`;
const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`;
const IPV4 = String.raw`${OCTET}(?:\.${OCTET}){3}(?!\.?\d)`;
const TIME_UNIT =
  '(?:milliseconds?|microseconds?|nanoseconds?|seconds?|minutes?|hours?|weeks?|days?|millis|msecs?|secs?|mins?|hrs?|ms|µs|us|ns|s|m|h|d)';
const PATH_CHARACTER = String.raw`[\w.@%+~=,:$-]`;

/**
 * What varies between two occurrences of the same problem, by what stands for it. The order decides where several would match.
 * Every repetition is bounded or cannot be entered twice over the same text, so that the time stays linear.
 */
const VARIABLE_PARTS = {
  string: String.raw`"(?:[^"\\\n]|\\.){0,1000}"|(?<!\w)'(?:[^'\\\n]|\\.){0,1000}'(?!\w)|\x60[^\x60\n]{0,1000}\x60|[“«][^”»\n]{0,1000}[”»]`,
  uuid: String.raw`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`,
  url: String.raw`\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>()\[\]{}]*[^\s"'<>()\[\]{}.,;:!?]|\bwww\.[\w.-]+\.[a-z]{2,}(?:\/[^\s"'<>()\[\]{}]*)?|\bdata:[a-z]+\/[^\s"'<>()\[\]{}]+`,
  email: String.raw`[^\s"'<>()\[\]{},;:@=]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b`,
  date: [
    String.raw`(?<![\w.])\d{4}-\d{2}-\d{2}(?:[T ]${CLOCK_TIME} ?${ZONE})?(?!\d)`,
    String.raw`(?<![\w.])\d{4}\/\d{2}\/\d{2}(?: ${CLOCK_TIME})?(?![\w\/])`,
    String.raw`(?<![\w./])\d{1,2}[/.]\d{1,2}[/.]\d{4}(?: ${CLOCK_TIME})?(?![\w\/])`,
    String.raw`\b${WEEKDAY},? (?:\d{1,2} ${MONTH}|${MONTH} \d{1,2}),? \d{4}(?: ${CLOCK_TIME} ?${ZONE}(?: \([A-Z][\w ]{2,40}\))?)?`,
    String.raw`(?<!\w)\d{1,2} ${MONTH} \d{4}(?: ${CLOCK_TIME}(?: ?${ZONE})?)?\b`,
    String.raw`\b${MONTH} \d{1,2},? \d{4}\b`,
    String.raw`(?<![\w.:])\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?: ?[ap]m\b)?(?![\w:])`,
  ].join('|'),
  hex: String.raw`\b0x[0-9a-f]+\b|\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b`,
  ip: String.raw`(?<![\w.])${IPV4}|(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}(?:${IPV4}|[0-9a-f]{1,4})?(?:%\w{1,16})?(?![\w:])`,
  path: [
    String.raw`\b[a-z]:\\[^\s"'<>|?*]*[^\s"'<>|?*.,;:)]`,
    String.raw`\\\\[\w.$-]+(?:\\[\w.$ -]+)+`,
    String.raw`(?<![\w/.<>~)\]-])(?:~|\.{1,2})?\/(?!\/)(?:${PATH_CHARACTER}*[\w@%+~=$-])(?:\/(?:${PATH_CHARACTER}*[\w@%+~=$-])?)*`,
    String.raw`(?<![\w/.])[\w@%+~=-][\w@%+~=.-]*(?:\/[\w@%+~=.-]+)+\.[a-z][a-z0-9]{0,4}(?![\w-])`,
  ].join('|'),
  duration: String.raw`(?<![\w.])-?\d+(?:\.\d+)? ?${TIME_UNIT}\b(?: ?\d+(?:\.\d+)?${TIME_UNIT}\b)*|(?<![\w.])(?:\d+(?:ms|[dhms])){2,4}\b|\bP(?:\d+[YMWD])*T(?:\d+(?:\.\d+)?[HMS])+\b|\bP\d+[YMWD]\b`,
  id: String.raw`\b(?=[A-Za-z_]*\d)(?:[a-z]{2,6}_)(?:test_|live_)?(?=[A-Za-z]*\d)[A-Za-z0-9]{10,}\b|\b(?=(?:[A-Za-z_]*\d){3})(?=\d*[A-Za-z_])\w{16,}\b`,
  number: String.raw`(?<![\w.])[-+]?(?:\d+(?:[.,_]\d+)*|\.\d+)(?:e[+-]?\d+)?(?:%|(?![a-z]*\d))|(?<=[_.])\d+(?![a-z]*\d)`,
} as const;

type Kind = keyof typeof VARIABLE_PARTS;

const KINDS = Object.keys(VARIABLE_PARTS) as readonly Kind[];
const VARIABLE_PART = new RegExp(KINDS.map((kind) => `(?<${kind}>${VARIABLE_PARTS[kind]})`).join('|'), 'gi');
/** Without any of these a message has no variable part. */
const SUSPICION = /[\d"'\x60“«@/\\]|::/;
const LIST = /<(\w+)>(?:(?:, ?|; ?| )<\1>)+/g;

/**
 * The message with its variable parts replaced: `<uuid>`, `<email>`, `<url>`, `<ip>`, `<hex>`, `<date>`, `<duration>`, `<number>`,
 * `<string>` (in quotes), `<path>`, and `<id>` for other long names with digits in them. Lists of one kind become one. Messages of
 * the same problem come out equal.
 */
export function parameterise(message: string): string {
  const text = message.slice(0, MAX_READ).replaceAll(/\s+/g, ' ').trim();
  if (!SUSPICION.test(text)) return text;
  return text.replaceAll(VARIABLE_PART, replacement).replaceAll(LIST, '<$1>');
}

function replacement(part: string, ...rest: readonly unknown[]): string {
  const groups = rest.at(-1) as Readonly<Partial<Record<Kind, string>>>;
  const kind = KINDS.find((candidate) => groups[candidate] !== undefined);
  // The form of an IPv6 address is too rich for an expression: `std::a` is none.
  if (kind === 'ip' && part.includes(':') && !isIPv6(part.replace(/%\w+$/, ''))) return part;
  return kind === undefined ? part : `<${kind}>`;
}
