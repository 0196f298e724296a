import { Agent, request } from 'node:http';
import type { Customer } from '../support/customer.js';

/** Requests under way at once; enough to keep the process busy, few enough to leave it a processor on a small machine. */
const CLIENTS = 2;
const WINDOW_MS = 250;
/** What the rate may fall to (resilience.md). */
const BAR = 0.95;
/** Chance that ratios whose median lies on the bar look as clear as this. */
const DOUBT = 0.02;
const MIN_PAIRS = 6;
const MAX_PAIRS = 60;

const ROUTES = ['/api/payments/tiers', '/api/user/history?per_page=5', '/api/jobs/render?per_page=5'] as const;

export interface RateReport {
  /** Median of the ratios. */
  readonly ratio: number;
  readonly pairs: number;
  readonly problems: readonly string[];
}

/** Measures how fast routes are answered that need none of the dependencies. */
export class ApiRate {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  private asked = 0;
  private readonly refusals: string[] = [];

  constructor(
    private readonly origin: string,
    private readonly bystander: Customer,
  ) {}

  /**
   * Compares the rate while `disturb` runs with the rate while it does not, in short windows side by side, until the ratios say
   * clearly on which side of the bar their median lies.
   *
   * @param compare - runs in the windows without; what it starts has ended before the next window begins
   */
  async compare(disturb: () => Promise<void>, compare: () => Promise<void>): Promise<RateReport> {
    await this.window(async () => undefined);
    const ratios: number[] = [];
    while (ratios.length < MAX_PAIRS && !isClear(ratios)) {
      // Which of the two comes first alternates, so that a machine that slows down favours neither.
      const disturbedFirst = ratios.length % 2 === 0;
      const first = await this.window(disturbedFirst ? disturb : compare);
      const second = await this.window(disturbedFirst ? compare : disturb);
      ratios.push(disturbedFirst ? first / second : second / first);
    }
    const ratio = median(ratios);
    const problems = ratio >= BAR ? [] : [`the other routes answer at ${(ratio * 100).toFixed(1)} % of their rate`];
    return { ratio, pairs: ratios.length, problems: [...problems, ...new Set(this.refusals.splice(0))] };
  }

  close(): void {
    this.agent.destroy();
  }

  /** Answers a second in one window, with `beside` under way. */
  private async window(beside: () => Promise<void>): Promise<number> {
    const ended = beside();
    const startedMs = performance.now();
    let answers = 0;
    const client = async (): Promise<void> => {
      while (performance.now() - startedMs < WINDOW_MS) {
        await this.ask();
        answers += 1;
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    const seconds = (performance.now() - startedMs) / 1_000;
    await ended;
    return answers / seconds;
  }

  private async ask(): Promise<void> {
    const path = ROUTES[this.asked % ROUTES.length] ?? ROUTES[0];
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
    if (status !== 200) this.refusals.push(`${path} answered ${status} meanwhile`);
  }
}

/** Sign test: too many ratios lie on one side of the bar to have come from a median that lies on it. */
function isClear(ratios: readonly number[]): boolean {
  if (ratios.length < MIN_PAIRS) return false;
  const above = ratios.filter((ratio) => ratio >= BAR).length;
  return tail(ratios.length, Math.max(above, ratios.length - above)) <= DOUBT;
}

/** Chance of at least `successes` heads in `tosses` tosses of a fair coin. */
function tail(tosses: number, successes: number): number {
  let term = 0.5 ** tosses;
  let sum = 0;
  for (let heads = 0; heads <= tosses; heads += 1) {
    if (heads >= successes) sum += term;
    term = (term * (tosses - heads)) / (heads + 1);
  }
  return sum;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (upper + lower) / 2;
}
