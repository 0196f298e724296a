/**
 * Marks the fields of a line in which no secret can be, because each is ours or went through the redactor by itself, and which
 * names the request it belongs to: such a line is neither redacted nor completed. Meant for the one line of every request.
 */
export const HARMLESS = Symbol('HarmlessLine');

export function isHarmless(fields: unknown): boolean {
  return typeof fields === 'object' && fields !== null && HARMLESS in fields;
}
