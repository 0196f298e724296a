import { signal } from '@preact/signals';
import createClient from 'openapi-fetch';
import type { LoginDto, paths, UserResponse, WebSessionResponse } from '../../generated/api.ts';
import { answerOf } from '../api/answer.ts';
import { RequestFailed } from '../api/failure.ts';
import { fetchInTime } from '../api/transport.ts';
import { mayBeSignedIn, remember } from './remembered.ts';

/** Who is in front of the page. */
export type SessionState =
  | { readonly state: 'unknown' }
  /** `expired` when somebody was signed in and the session is over. */
  | { readonly state: 'signed-out'; readonly expired: boolean }
  | { readonly state: 'signed-in'; readonly user: UserResponse };

const NAME = 'oriel-session';
/** An access token is renewed when it has less than this to live. */
const MARGIN_MS = 30_000;

const api = createClient<paths>({ fetch: fetchInTime });

/**
 * The session of this browser. The access token is held in memory only; the refresh token is in a cookie that scripts cannot read.
 * Tabs refresh one after another (Web Locks) and tell one another when somebody signs in or out, or has changed.
 */
class Session {
  /** Nobody has to wait for an answer who was never signed in here; should the answer be another, it changes. */
  readonly state = signal<SessionState>(
    mayBeSignedIn() ? { state: 'unknown' } : { state: 'signed-out', expired: false },
  );
  private token: { readonly value: string; readonly expiresAt: number } | null = null;
  private renewal: Promise<string | null> | null = null;
  private readonly otherTabs = new BroadcastChannel(NAME);

  constructor() {
    this.otherTabs.addEventListener('message', ({ data }) => {
      if (data === 'signed-out') this.forget(false);
      // Perhaps as somebody else: this tab must not go on with what it knows.
      else void this.restore().catch(() => this.forget(true));
    });
  }

  get isSignedIn(): boolean {
    return this.state.peek().state === 'signed-in';
  }

  /** Finds out whether this browser is signed in. @throws RequestFailed when that cannot be found out now */
  async restore(): Promise<void> {
    await this.refresh();
  }

  /** @throws RequestFailed `AUTHENTICATION_FAILED` and whatever else can go wrong */
  async signIn(credentials: LoginDto): Promise<void> {
    // The answer to who was here before must not come after the one to this.
    await this.renewal?.catch(() => null);
    this.accept(await answerOf(api.POST('/api/auth/web/login', { body: credentials })));
    this.otherTabs.postMessage('signed-in');
  }

  /** Forgets the session here in any case; @throws RequestFailed when the server could not end it now */
  async signOut(): Promise<void> {
    try {
      await answerOf(api.POST('/api/auth/web/logout'));
    } finally {
      this.forget(false);
      this.otherTabs.postMessage('signed-out');
    }
  }

  /** A token that is good for a while; null when nobody is signed in. @throws RequestFailed when it cannot be renewed now */
  async accessToken(): Promise<string | null> {
    if (this.token !== null && this.token.expiresAt - Date.now() > MARGIN_MS) return this.token.value;
    return await this.refresh();
  }

  /** Another token than this one, which was refused; null when the session is over. */
  async renew(refused: string): Promise<string | null> {
    if (this.token !== null && this.token.value !== refused) return this.token.value;
    return await this.refresh();
  }

  /** Shows a changed user, such as one whose address has just been confirmed, in all tabs. */
  update(user: UserResponse): void {
    this.otherTabs.postMessage('changed');
    const current = this.state.peek();
    if (current.state === 'signed-in' && current.user.id === user.id) this.state.value = { state: 'signed-in', user };
  }

  private refresh(): Promise<string | null> {
    this.renewal ??= inTurn(() => this.askForToken()).finally(() => {
      this.renewal = null;
    });
    return this.renewal;
  }

  private async askForToken(): Promise<string | null> {
    try {
      const answer: WebSessionResponse | undefined = await answerOf(api.POST('/api/auth/web/refresh'));
      if (answer?.access_token !== undefined) return this.accept(answer);
      this.forget(this.isSignedIn);
      return null;
    } catch (error) {
      const over = error instanceof RequestFailed && error.failure.kind === 'answered' && error.failure.status === 401;
      if (!over) throw error;
      this.forget(true);
      return null;
    }
  }

  private accept({ access_token: value, expires_in: seconds, user }: WebSessionResponse): string {
    this.token = { value, expiresAt: Date.now() + seconds * 1_000 };
    this.state.value = { state: 'signed-in', user };
    remember(true);
    return value;
  }

  private forget(expired: boolean): void {
    this.token = null;
    remember(false);
    const current = this.state.peek();
    // The same again would have the page drawn anew.
    if (current.state === 'signed-out' && current.expired === expired) return;
    this.state.value = { state: 'signed-out', expired };
  }
}

/** One tab at a time; where a browser has no locks (plain HTTP), the server bears several at once. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (!('locks' in navigator)) return await work();
  return await navigator.locks.request(NAME, work);
}

/** The one session of this page. */
export const session = new Session();
