import { Agent, request } from 'node:http';
import type { Customer } from '../support/customer.js';

/** Requests under way at once; enough to keep the process busy, few enough to leave it a processor on a small machine. */
const CLIENTS = 2;
const WINDOW_MS = 250;
/** Before each window: under some faults what is under way takes seconds, and a process that has been idle is slower at first. */
const LEAD_IN_MS = 100;
const WINDOWS = 12;
/** What the rate may fall to (resilience.md). */
const BAR = 0.95;
/** Standard deviations of a chance of 2 %. */
const CLEARLY = 2.05;

/** Routes that need the database only. */
const ROUTES: readonly string[] = [
  '/api/payments/tiers',
  '/api/user/history?per_page=5',
  '/api/jobs/render?per_page=5',
];

/** Answers a second, window by window. */
export type Rates = readonly number[];

export interface RateReport {
  /** Of the medians. */
  readonly ratio: number;
  readonly windows: number;
  /** What is wrong with the rate; null when it is as it must be. */
  readonly shortfall: string | null;
  /** Answers that were no success. */
  readonly refusals: readonly string[];
}

/** Measures how fast routes are answered that need nothing of what fails. */
export class ApiRate {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  private asked = 0;
  private readonly refusals = new Set<string>();

  constructor(
    private readonly origin: string,
    private readonly bystander: Customer,
    private readonly routes = ROUTES,
  ) {}

  /** @param beside - is under way in each window; what it starts has ended before the next one begins */
  async measure(beside: () => Promise<void>): Promise<Rates> {
    await this.window(beside);
    const rates: number[] = [];
    while (rates.length < WINDOWS) rates.push(await this.window(beside));
    return rates;
  }

  /**
   * Holds each measurement under a fault against each without it. The rate is too low when a rank test (Mann and Whitney's, by
   * its normal approximation) finds every one of the former clearly below 95 % of every one of the latter: a machine that had
   * something else to do in one of the measurements is no fault of the product.
   */
  report(disturbed: readonly Rates[], undisturbed: readonly Rates[]): RateReport {
    const pairs = disturbed.flatMap((under) => undisturbed.map((without) => ({ under, without })));
    const ratio = Math.max(...pairs.map(({ under, without }) => median(under) / median(without)));
    const low = pairs.every(({ under, without }) => isClearlyLower(under, without));
    const shortfall = low ? `the other routes answer at ${(ratio * 100).toFixed(1)} % of their rate` : null;
    return { ratio, windows: WINDOWS * disturbed.length, shortfall, refusals: [...this.refusals] };
  }

  close(): void {
    this.agent.destroy();
  }

  private async window(beside: () => Promise<void>): Promise<number> {
    await this.askFor(LEAD_IN_MS);
    const ended = beside();
    const perSecond = await this.askFor(WINDOW_MS);
    await ended;
    return perSecond;
  }

  private async askFor(durationMs: number): Promise<number> {
    const startedMs = performance.now();
    let answers = 0;
    const client = async (): Promise<void> => {
      while (performance.now() - startedMs < durationMs) {
        await this.ask();
        answers += 1;
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return (answers * 1_000) / (performance.now() - startedMs);
  }

  private async ask(): Promise<void> {
    const path = this.routes[this.asked % this.routes.length] ?? '';
    this.asked += 1;
    const status = await new Promise<number>((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.bystander.accessToken}` };
      request(`${this.origin}${path}`, { agent: this.agent, headers }, (response) => {
        response
          .on('end', () => {
            resolve(response.statusCode ?? 0);
          })
          .on('error', reject)
          .resume();
      })
        .on('error', reject)
        .end();
    });
    if (status !== 200) this.refusals.add(`${path} answered ${status} meanwhile`);
  }
}

function isClearlyLower(disturbed: Rates, undisturbed: Rates): boolean {
  const bars = undisturbed.map((rate) => BAR * rate);
  const wins = disturbed.reduce((sum, rate) => sum + bars.filter((bar) => rate > bar).length, 0);
  const pairs = disturbed.length * bars.length;
  const deviation = Math.sqrt((pairs * (disturbed.length + bars.length + 1)) / 12);
  return (wins - pairs / 2) / deviation < -CLEARLY;
}

function median(values: Rates): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (upper + lower) / 2;
}
