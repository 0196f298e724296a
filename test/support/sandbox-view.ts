export type DoubledService = 'stripe' | 'gcs' | 'sendgrid';

/** How many calls a double has received since its start, and how many of them a fault was applied to. */
export interface CallCounters {
  readonly calls: number;
  readonly failedCalls: number;
}

/** A checkout session as Stripe's double lists it. */
export interface ListedSession {
  readonly id: string;
  readonly payment_status: 'paid' | 'unpaid';
  readonly metadata: { readonly payment_id?: string };
}

/** An object as the double of Cloud Storage lists it. */
export interface ListedObject {
  readonly name: string;
  readonly generation: string;
}

/** A mail as the double of SendGrid has it. */
export interface ListedMail {
  readonly id: string;
  readonly subject: string;
  readonly custom_args: { readonly email_id?: string };
}

/** Looks into the doubles, past the product. Ask only while no fault is in force: it spoils these answers as well. */
export class SandboxView {
  constructor(
    private readonly origin: string,
    private readonly bucket: string,
    private readonly stripeKey: string,
  ) {}

  async counters(service: DoubledService): Promise<CallCounters> {
    const { calls, failed_calls: failedCalls } = await this.json<{ calls: number; failed_calls: number }>(
      `/sandbox/faults/${service}`,
    );
    return { calls, failedCalls };
  }

  /** Keeps Stripe's events from being sent, as when webhooks never come; those held back are sent when this is lifted. */
  async holdWebhooks(paused: boolean): Promise<void> {
    const response = await fetch(`${this.origin}/sandbox/webhooks`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ paused }),
    });
    if (!response.ok) throw new Error(`The sandbox does not hold webhooks: ${response.status}`);
  }

  /** All checkout sessions there ever were. */
  async sessions(): Promise<readonly ListedSession[]> {
    const sessions: ListedSession[] = [];
    for (;;) {
      const after = sessions.at(-1)?.id;
      const page = await this.json<{ data: ListedSession[]; has_more: boolean }>(
        `/v1/checkout/sessions?limit=100${after === undefined ? '' : `&starting_after=${after}`}`,
        { authorization: `Bearer ${this.stripeKey}` },
      );
      sessions.push(...page.data);
      if (!page.has_more) return sessions;
    }
  }

  /** All objects in the bucket. */
  async objects(): Promise<readonly ListedObject[]> {
    const objects: ListedObject[] = [];
    let token: string | undefined = '';
    while (token !== undefined) {
      const page: { items?: ListedObject[]; nextPageToken?: string } = await this.json(
        `/storage/v1/b/${this.bucket}/o?pageToken=${encodeURIComponent(token)}`,
      );
      objects.push(...(page.items ?? []));
      token = page.nextPageToken;
    }
    return objects;
  }

  /** The bytes of an object. */
  async bytes(name: string): Promise<Uint8Array> {
    const response = await fetch(
      `${this.origin}/download/storage/v1/b/${this.bucket}/o/${encodeURIComponent(name)}?alt=media`,
    );
    if (!response.ok) throw new Error(`The double gives ${response.status} for the bytes of ${name}`);
    return await response.bytes();
  }

  /** The mails to an address, newest first. */
  async mailsTo(address: string): Promise<readonly ListedMail[]> {
    const path = `/mailbox/messages?limit=1000&to=${encodeURIComponent(address)}`;
    return (await this.json<{ messages: ListedMail[] }>(path)).messages;
  }

  private async json<T>(path: string, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(`${this.origin}${path}`, { headers });
    if (!response.ok) throw new Error(`The sandbox answers ${response.status} to ${path.split('?')[0]}`);
    return (await response.json()) as T;
  }
}
