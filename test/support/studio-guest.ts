import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { track } from './audio.js';
import type { Visitor } from './browser.js';
import type { PageStage } from './page-stage.js';

const GOOD_CARD = '4242424242424242';
/** What a render of a short track takes on a busy machine, at the most. */
const RENDER_MS = 90_000;

/** Somebody in the studio, and the steps that everybody takes there. */
export class StudioGuest {
  readonly password = 'correct-horse-1';

  private constructor(
    readonly visitor: Visitor,
    readonly email: string,
    private readonly sandboxOrigin: string,
  ) {}

  static async arrive(
    stage: PageStage,
    email = `studio-${randomBytes(6).toString('hex')}@example.com`,
  ): Promise<StudioGuest> {
    return new StudioGuest(await stage.arrive(), email, stage.product.sandboxOrigin);
  }

  get page(): Page {
    return this.visitor.page;
  }

  /** The link by which a finished video is kept. */
  get video(): Locator {
    return this.page.getByRole('link', { name: /^Download/ });
  }

  /** How far the video is that is being made. */
  get progress(): Locator {
    return this.page.getByRole('progressbar', { name: 'Progress of your video' });
  }

  async register(): Promise<void> {
    await this.page.goto('/');
    await this.fillCredentials();
    await this.page.getByRole('button', { name: 'Create account' }).click();
    await this.isSignedIn();
  }

  /** Fills in the form that asks who is there. */
  async signIn(password = this.password): Promise<void> {
    await this.fillCredentials(password);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await this.isSignedIn();
  }

  async isSignedIn(): Promise<void> {
    await this.page.getByRole('button', { name: 'Sign out' }).waitFor();
  }

  /** @param music - seconds of a track that is made for it; or the path of a file */
  async choose(music: number | string): Promise<void> {
    const name = typeof music === 'number' ? 'night-drive.wav' : basename(music);
    const file = typeof music === 'number' ? { name, mimeType: 'audio/wav', buffer: Buffer.from(track(music)) } : music;
    await this.page.getByLabel('Audio file').setInputFiles(file);
    await this.page.getByText(name).waitFor();
    await this.page.getByLabel('Size').selectOption('854x480');
  }

  async openCheckout(): Promise<void> {
    await this.page.getByRole('button', { name: 'Pay $2.99' }).click();
    await this.page.waitForURL(`${this.sandboxOrigin}/**`);
  }

  async payWith(card: string): Promise<void> {
    await this.page.getByLabel('Card number').fill(card);
    await this.page.getByRole('button', { name: /^Pay \$/ }).click();
  }

  async pay(): Promise<void> {
    await this.openCheckout();
    await this.payWith(GOOD_CARD);
    await this.page.getByText('Your video can be made now').waitFor();
  }

  async make(): Promise<void> {
    await this.page.getByRole('button', { name: 'Make the video' }).click();
    await this.page.getByRole('heading', { name: 'Your video', exact: true }).waitFor();
  }

  async getsVideo(): Promise<void> {
    await this.video.waitFor({ timeout: RENDER_MS });
  }

  async leave(): Promise<void> {
    await this.visitor.leave();
  }

  private async fillCredentials(password = this.password): Promise<void> {
    await this.page.getByLabel('E-mail').fill(this.email);
    await this.page.getByLabel('Password').fill(password);
  }
}
