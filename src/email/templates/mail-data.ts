/** What each mail says, by template. All values are plain text; the templates escape them. */
export interface MailData {
  readonly verify_email: { readonly link: string };
  readonly password_reset: { readonly link: string };
  readonly password_changed: Readonly<Record<string, never>>;
  readonly payment_receipt: { readonly tierName: string; readonly amountCents: number; readonly currency: string };
  readonly render_completed: { readonly title: string; readonly link: string };
  readonly render_failed: { readonly title: string; readonly reason: string };
  readonly alert: {
    readonly subject: string;
    readonly heading: string;
    readonly text: string;
    readonly facts: readonly (readonly [label: string, value: string])[];
  };
}

export type MailTemplate = keyof MailData;

/** A template with the data it needs. */
export type MailContent = {
  readonly [Template in MailTemplate]: { readonly template: Template; readonly data: MailData[Template] };
}[MailTemplate];
