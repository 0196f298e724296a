import type { BrowserErrorDto } from '../../generated/api.ts';
import { RequestFailed } from '../api/failure.ts';
import { ErrorReports } from './error-reports.ts';

const PAGE = 'https://example.com/';

describe('ErrorReports', () => {
  let sent: BrowserErrorDto[];
  let nowMs: number;
  let isTaken: boolean;
  let reports: ErrorReports;

  beforeEach(() => {
    sent = [];
    nowMs = 0;
    isTaken = true;
    const send = async (report: BrowserErrorDto): Promise<void> => {
      sent.push(report);
      await (isTaken ? Promise.resolve() : Promise.reject(new TypeError('Failed to fetch')));
    };
    reports = new ErrorReports(send, () => nowMs);
  });

  it('tells what happened, where, and during which request', () => {
    const failure = { status: 500, code: 'INTERNAL_SERVER_ERROR', message: 'No', recoverable: false } as const;
    const rest = { requestId: 'request-0001', retryAfterSeconds: null, details: {} } as const;
    const error = new RequestFailed({ kind: 'answered', ...failure, ...rest });
    reports.report(error, PAGE);
    const { stack } = error;
    const expected = { name: 'RequestFailed', message: 'INTERNAL_SERVER_ERROR', stack, url: PAGE };
    expect(sent).toEqual([{ ...expected, request_id: 'request-0001' }]);
  });

  it('tells the same error once, and another one as well', () => {
    const error = new TypeError('x is not a function');
    for (let time = 0; time < 3; time += 1) reports.report(error, PAGE);
    reports.report(new RangeError('out of range'), PAGE);
    expect(sent.map(({ name }) => name)).toEqual(['TypeError', 'RangeError']);
  });

  it('tells five in a minute at the most', () => {
    for (let index = 0; index < 9; index += 1) reports.report(`error ${index}`, PAGE);
    expect(sent).toHaveLength(5);
    nowMs = 59_999;
    reports.report('error 5', PAGE);
    expect(sent).toHaveLength(5);
    nowMs = 60_000;
    reports.report('error 5', PAGE);
    expect(sent).toHaveLength(6);
  });

  it('has told enough after fifty different ones', () => {
    for (let index = 0; index < 60; index += 1) {
      nowMs += 60_000;
      reports.report(`error ${index}`, PAGE);
    }
    expect(sent).toHaveLength(50);
  });

  it('makes no report of a report that is not taken, and tells the error when it happens again', async () => {
    isTaken = false;
    reports.report('lost', PAGE);
    await turn();
    expect(sent).toHaveLength(1);
    isTaken = true;
    reports.report('lost', PAGE);
    await turn();
    reports.report('lost', PAGE);
    expect(sent).toHaveLength(2);
  });

  it.each([
    [undefined, '[object Undefined]'],
    [Object.create(null), '[object Object]'],
    ['a text', 'a text'],
    [new Error(''), '(no message)'],
    [new Error('x'.repeat(5_000)), 'x'.repeat(2_000)],
  ])('bears %p being thrown', (thrown, message) => {
    reports.report(thrown, PAGE);
    expect(sent[0]?.message).toBe(message);
    expect(sent[0]?.stack?.length).toBeLessThanOrEqual(20_000);
  });
});

/** Lets what is settled be noticed. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
