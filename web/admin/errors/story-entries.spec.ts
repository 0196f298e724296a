import type { Story } from '../../generated/api.ts';
import { storyEntries } from './story-entries.ts';

const NOTHING: Story = {
  request_id: 'req-12345678',
  request: null,
  steps: [],
  errors: [],
  jobs: [],
  objects: [],
  emails: [],
  changes: [],
};

function at(second: number): string {
  return new Date(second * 1_000).toISOString();
}

describe('storyEntries', () => {
  it('tells nothing of a request that did nothing', () => {
    expect(storyEntries(NOTHING)).toEqual([]);
  });

  it('puts the steps, the error and the line of the request in the order in which they happened', () => {
    const step = { queue_job_id: null, instance: 'api-1' } as const;
    // The line at the end of the request is one of the steps, and told once.
    const line = { ...step, at: at(5), kind: 'request', facts: { method: 'POST', status: 503 } } as const;
    const entries = storyEntries({
      ...NOTHING,
      request: line,
      steps: [
        line,
        {
          ...step,
          at: at(2),
          kind: 'attempt',
          facts: { service: 'stripe', attempt: 1, outcome: 'failure', code: null },
        },
        { ...step, at: at(1), kind: 'log', facts: { level: 'warn', message: 'stripe is slow' } },
      ],
      errors: [
        {
          id: 'event-1',
          group_id: 'group-1',
          occurred_at: at(3),
          level: 'error',
          code: 'STRIPE_UNAVAILABLE',
          message: 'No answer',
          status: 503,
          service: 'stripe',
          operation: null,
          endpoint: null,
          request_id: 'req-12345678',
          user_id: null,
          job_id: null,
          queue_job_id: null,
          instance: 'api-1',
          release: '1.0.0',
        },
      ],
    });
    expect(entries.map(({ kind, level, text }) => [kind, level, text])).toEqual([
      ['log', 'warn', 'stripe is slow'],
      ['attempt', 'warn', 'service stripe · attempt 1 · outcome failure'],
      ['error', 'error', 'STRIPE_UNAVAILABLE: No answer'],
      ['request', 'info', 'method POST · status 503'],
    ]);
    expect(entries[2]?.eventId).toBe('event-1');
  });
});
