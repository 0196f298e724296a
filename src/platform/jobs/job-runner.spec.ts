import { Logger } from '@nestjs/common';
import { ApiError, type ErrorContext } from '../errors/index.js';
import { RequestContext } from '../http/index.js';
import { ManualClock } from '../time/manual-clock.js';
import { type Job, JobHandedBack, JobPostponed } from './job.js';
import { type ClaimedJob, JobRunner } from './job-runner.js';

interface Note {
  readonly text: string;
}

describe('JobRunner', () => {
  const context = RequestContext.standalone();
  let captured: { error: ApiError; context: ErrorContext }[];
  let waits: number[];
  let clock: ManualClock;
  let runner: JobRunner;

  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  beforeEach(() => {
    captured = [];
    waits = [];
    clock = new ManualClock();
    const sink = { capture: (error: ApiError, where: ErrorContext) => void captured.push({ error, context: where }) };
    const performanceLog = { metric: (_name: string, value: number) => void waits.push(value) };
    runner = new JobRunner(context, sink, performanceLog as never, clock);
  });

  function claimed(overrides: Partial<ClaimedJob> = {}): ClaimedJob {
    return {
      id: 'job-1',
      queueName: 'notes',
      data: { request_id: 'req-00001', trace_id: 'trace', user_id: 'user-1', handed_back: 0, payload: { text: 'hi' } },
      retryCount: 0,
      retryLimit: 2,
      createdAt: clock.now(),
      startableAt: clock.now(),
      signal: new AbortController().signal,
      ...overrides,
    };
  }

  const running = new AbortController().signal;

  it('gives the handler the payload inside the context of the request', async () => {
    const seen: unknown[] = [];
    const outcome = await runner.run<Note>(
      claimed(),
      async ({ payload }) => {
        seen.push(payload, context.requestId, context.traceId, context.userId, context.queueJobId);
      },
      running,
    );
    expect(outcome).toEqual({ kind: 'completed' });
    expect(seen).toEqual([{ text: 'hi' }, 'req-00001', 'trace', 'user-1', 'job-1']);
    expect(captured).toEqual([]);
  });

  it.each([
    [0, 0, 1, false],
    [2, 0, 3, true],
    // Handed back twice: limit and count both rose by two.
    [2, 2, 1, false],
    [4, 2, 3, true],
    // A dead job, which starts to count anew.
    [0, 3, 1, false],
  ])('counts %i claims of which %i were handed back as attempt %i', async (retryCount, handedBack, attempt, last) => {
    let seen: Job<Note> | undefined;
    const data = { payload: {}, handed_back: handedBack };
    const retryLimit = 2 + handedBack;
    await runner.run<Note>(
      claimed({ retryCount, retryLimit, data }),
      async (job) => {
        seen = job;
      },
      running,
    );
    expect(seen).toMatchObject({ attempt, lastAttempt: last });
  });

  it('reports a failure and leaves it to be tried again', async () => {
    const outcome = await runner.run(claimed(), async () => Promise.reject(new ApiError('STRIPE_TIMEOUT')), running);
    expect(outcome).toEqual({ kind: 'failed', errorCode: 'STRIPE_TIMEOUT' });
    expect(captured).toEqual([
      {
        error: expect.objectContaining({ code: 'STRIPE_TIMEOUT' }),
        context: {
          kind: 'job',
          queueJobId: 'job-1',
          requestId: 'req-00001',
          userId: 'user-1',
          operation: 'notes',
        },
      },
    ]);
  });

  it('reports a failure under the render job that the handler named', async () => {
    const handler = async (): Promise<void> => {
      context.set('jobId', 'render-job-1');
      throw new ApiError('GCS_TIMEOUT');
    };
    await runner.run(claimed(), handler, running);
    expect(captured[0]?.context).toMatchObject({ jobId: 'render-job-1', queueJobId: 'job-1' });
  });

  it('buries a job whose error says that trying again is no use', async () => {
    const outcome = await runner.run(claimed(), async () => Promise.reject(new ApiError('NOT_FOUND')), running);
    expect(outcome).toEqual({ kind: 'dead', errorCode: 'NOT_FOUND' });
  });

  it('tries a job again that had to wait for something the error says only an operator can mend', async () => {
    const postponed = new JobPostponed(new ApiError('GCS_AUTH_ERROR'));
    const outcome = await runner.run(claimed(), async () => Promise.reject(postponed), running);
    expect(outcome).toEqual({ kind: 'failed', errorCode: 'GCS_AUTH_ERROR' });
    expect(captured[0]?.error.code).toBe('GCS_AUTH_ERROR');
  });

  it.each([new TypeError('bug'), 'a string', null, undefined, Object.freeze({})])(
    'tries again after %p, which may pass',
    async (thrown) => {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- handlers may throw anything
      const outcome = await runner.run(claimed(), async () => Promise.reject(thrown), running);
      expect(outcome).toEqual({ kind: 'failed', errorCode: 'INTERNAL_SERVER_ERROR' });
      expect(captured).toHaveLength(1);
    },
  );

  it('calls an attempt that the shutdown ended interrupted, and no error', async () => {
    const stopping = new AbortController();
    const outcome = runner.run(
      claimed(),
      async ({ signal }) => {
        stopping.abort(new JobHandedBack());
        signal.throwIfAborted();
      },
      stopping.signal,
    );
    expect(await outcome).toEqual({ kind: 'interrupted' });
    expect(captured).toEqual([]);
  });

  it('keeps the success of a handler that finished in spite of the shutdown', async () => {
    const stopping = new AbortController();
    const outcome = await runner.run(claimed(), async () => stopping.abort(), stopping.signal);
    expect(outcome).toEqual({ kind: 'completed' });
  });

  it('measures how long the job could have run but waited', async () => {
    const startableAt = clock.now();
    clock.advance(1_500);
    await runner.run(claimed({ startableAt }), async () => undefined, running);
    expect(waits).toEqual([1_500]);
  });

  it.each([null, undefined, 'text', [], { text: 'bare' }, { payload: null }])(
    'survives %p as stored data',
    async (data) => {
      const outcome = await runner.run(claimed({ data }), async () => undefined, running);
      expect(outcome).toEqual({ kind: 'completed' });
    },
  );
});
