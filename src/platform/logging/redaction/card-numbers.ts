/**
 * A run of digits, or an identifier that may have one in it: a UUID, the id of a trace, a digest (MD5, SHA-1, SHA-256). One UUID in
 * two thousand has what looks like a card number.
 */
const IDENTIFIER = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}';
const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
/** Shorter runs are no match: texts are full of them, and each match is a call. */
const DIGIT_RUN = String.raw`\d(?:[ -]?\d){${MIN_DIGITS - 1},}`;
const IDENTIFIER_OR_DIGITS = new RegExp(String.raw`(?<![0-9a-f])(?:${IDENTIFIER})(?![0-9a-f])|${DIGIT_RUN}`, 'gi');
const DIGITS = /^[\d -]*$/;

/** Replaces payment card numbers, also grouped by spaces or hyphens, each by `replacement`. */
export function replaceCardNumbers(text: string, replacement: string): string {
  return text.replace(IDENTIFIER_OR_DIGITS, (run) => {
    return DIGITS.test(run) ? replaceInRun(run, replacement) : run;
  });
}

/** Whether digits are a card number: length and first digit as in ISO/IEC 7812, check digit after Luhn. */
export function isCardNumber(digits: string): boolean {
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS || !/^[2-6]/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const weighted = index % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

/** A card number begins and ends at the border of a group, and its first group has four digits at least. */
function replaceInRun(run: string, replacement: string): string {
  const groups = run.split(/[ -]/);
  const starts: number[] = [];
  let position = 0;
  for (const group of groups) {
    starts.push(position);
    position += group.length + 1;
  }
  let result = '';
  let copiedTo = 0;
  for (let first = 0; first < groups.length; first += 1) {
    if ((groups[first]?.length ?? 0) < 4) continue;
    const last = lastGroupOfCard(groups, first);
    if (last === undefined) continue;
    result += run.slice(copiedTo, starts[first]) + replacement;
    copiedTo = (starts[last] ?? 0) + (groups[last]?.length ?? 0);
    first = last;
  }
  return result + run.slice(copiedTo);
}

function lastGroupOfCard(groups: readonly string[], first: number): number | undefined {
  let digits = '';
  for (let last = first; last < groups.length; last += 1) {
    digits += groups[last] ?? '';
    if (digits.length > MAX_DIGITS) return undefined;
    if (isCardNumber(digits)) return last;
  }
  return undefined;
}
