/** What was typed into a field of a form; nothing where it has no such field. */
export function textOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value : '';
}

/** The number in a field of a form; nothing where the field is empty. */
export function numberOf(form: HTMLFormElement, name: string): number | undefined {
  const text = textOf(form, name).trim();
  return text === '' ? undefined : Number(text);
}
