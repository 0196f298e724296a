import type { Customer, CustomerRequest } from '../support/customer.js';
import { envelopeProblems } from '../support/envelope.js';
import type { Dice } from './dice.js';
import { pause } from './pause.js';

/** An answer that does not ask to try again. */
export interface Reply<T> {
  readonly status: number;
  readonly body: T;
  /** Null for a success. */
  readonly error: { readonly code: string; readonly details: { readonly job_id?: string } } | null;
}

/** A person does not sit there longer than this (ms): then something that should heal does not. */
const PATIENCE_MS = 420_000;
/** Nor longer than this (ms) over one request, which by then the product should have refused. */
const REQUEST_MS = 60_000;

/** A customer who tries again when told to, as people do, and notes what no customer must be told. */
export class PatientCustomer {
  constructor(
    private readonly customer: Customer,
    readonly dice: Dice,
    private readonly complaints: string[],
    /** Aborts when everybody is to go home. */
    private readonly closing: AbortSignal,
  ) {}

  /** Sends `request` until it is answered with something other than "try again". @throws Error when patience ends */
  async insist<T>(request: () => CustomerRequest): Promise<Reply<T>> {
    const { method, path } = request();
    const what = `${method} ${path.replaceAll(/[0-9a-f-]{36}|cs_\w+/g, ':id')}`;
    let last = 'nothing';
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline;) {
      const reply = await this.ask<T>(what, request());
      if (reply !== null) {
        last = `${reply.status} ${reply.error?.code}`;
        if (reply.status < 500 && reply.status !== 429) return reply;
      }
      await this.wait(300, 1_500);
    }
    throw new Error(`${what}: gave up after ${PATIENCE_MS / 1_000} s; the last answer was ${last}`);
  }

  /** Looks again and again until `done`. @throws Error when patience ends */
  async until(what: string, done: () => Promise<boolean>): Promise<void> {
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await this.wait(500, 1_500)) {
      if (await done()) return;
    }
    throw new Error(`waited ${PATIENCE_MS / 1_000} s in vain for ${what}`);
  }

  complain(what: string): void {
    this.complaints.push(what);
  }

  /** @returns null when nobody is there or the connection broke: then the page says so, and the button is pressed again */
  private async ask<T>(what: string, request: CustomerRequest): Promise<Reply<T> | null> {
    try {
      const answer = await this.customer.send(request, REQUEST_MS);
      const body = JSON.parse(answer.body) as T & { readonly error?: NonNullable<Reply<T>['error']> };
      if (answer.status < 400) return { status: answer.status, body, error: null };
      this.complaints.push(...envelopeProblems(answer).map((problem) => `${what}: ${problem}`));
      if (answer.status === 500) this.complain(`${what}: ${answer.body}`);
      return { status: answer.status, body, error: body.error ?? null };
    } catch (error) {
      // A process that was killed ends its connections; one that lives must not be silent for so long.
      if (error instanceof Error && error.name === 'TimeoutError') this.complain(`${what}: no answer`);
      return null;
    }
  }

  private async wait(leastMs: number, mostMs: number): Promise<void> {
    if (!(await pause(this.dice.between(leastMs, mostMs), this.closing))) throw new Error('The shop has closed');
  }
}
