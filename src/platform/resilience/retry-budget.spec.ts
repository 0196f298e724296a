import { ManualClock } from '../time/manual-clock.js';
import { RetryBudget } from './retry-budget.js';

const spend = (budget: RetryBudget): number => {
  let spent = 0;
  while (budget.withdraw()) spent += 1;
  return spent;
};

describe('RetryBudget', () => {
  it('grants three retries a second without traffic, and saves up no more than that', () => {
    const clock = new ManualClock();
    const budget = new RetryBudget(clock);
    expect(spend(budget)).toBe(3);
    clock.advance(1_000);
    expect(spend(budget)).toBe(3);
    clock.advance(3_600_000);
    expect(spend(budget)).toBe(3);
  });

  it('grants one more for ten first attempts, and saves up no more than ten', () => {
    const budget = new RetryBudget(new ManualClock());
    spend(budget);
    for (let attempt = 0; attempt < 21; attempt += 1) budget.deposit();
    expect(spend(budget)).toBe(2);
    for (let attempt = 0; attempt < 10_000; attempt += 1) budget.deposit();
    expect(spend(budget)).toBe(10);
  });
});
