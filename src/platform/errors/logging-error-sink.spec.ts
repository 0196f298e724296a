import { Logger, type LoggerService } from '@nestjs/common';
import { DatabaseError, NotFoundError, TokenError, ExternalServiceError } from './error-classes.js';
import { LoggingErrorSink } from './logging-error-sink.js';

type Line = Record<string, unknown>;

/** A log that keeps its lines. */
class RecordingLog implements LoggerService {
  readonly lines: { level: string; line: Line }[] = [];
  log = (line: Line): void => void this.lines.push({ level: 'info', line });
  warn = (line: Line): void => void this.lines.push({ level: 'warn', line });
  error = (line: Line): void => void this.lines.push({ level: 'error', line });
  fatal = (line: Line): void => void this.lines.push({ level: 'fatal', line });
}

describe('LoggingErrorSink', () => {
  let log: RecordingLog;
  const sink = new LoggingErrorSink();
  const request = { kind: 'request', requestId: 'request-1', endpoint: 'GET /x' } as const;

  beforeEach(() => {
    log = new RecordingLog();
    Logger.overrideLogger(log);
  });

  it('writes a 5xx with the stacks of its whole chain', () => {
    sink.capture(new DatabaseError('DATABASE_ERROR', { cause: new Error('relation missing') }), request);
    expect(log.lines).toHaveLength(1);
    const [{ level, line } = { level: '', line: {} as Line }] = log.lines;
    expect(level).toBe('error');
    expect(line).toMatchObject({ error_code: 'DATABASE_ERROR', request_id: 'request-1', endpoint: 'GET /x' });
    const errors = line['errors'] as readonly { message: string; stack: string }[];
    expect(errors.map(({ message }) => message)).toEqual([expect.any(String), 'relation missing']);
    expect(errors[1]?.stack).toContain('logging-error-sink.spec');
  });

  it('writes a 4xx without any stack', () => {
    sink.capture(new TokenError('INVALID_TOKEN', { cause: new Error('x') }), request);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
    expect(JSON.stringify(log.lines)).not.toContain('stack');
  });

  it('leaves what a caller did wrong to the line of the request, but not in a job', () => {
    sink.capture(new NotFoundError(), request);
    expect(log.lines).toEqual([]);
    sink.capture(new NotFoundError(), { kind: 'job', jobId: 'job-1', queueJobId: 'queue-job-1' });
    expect(log.lines).toMatchObject([{ level: 'info', line: { job_id: 'job-1', queue_job_id: 'queue-job-1' } }]);
  });

  it('calls for somebody when credentials are refused', () => {
    sink.capture(new ExternalServiceError('STRIPE_AUTH_ERROR'), { kind: 'job', service: 'stripe' });
    expect(log.lines.map(({ level }) => level)).toEqual(['fatal']);
  });

  it('never throws, even if the log does', () => {
    log.error = () => {
      throw new Error('disk full');
    };
    const emitWarning = process.emitWarning.bind(process);
    const warnings: unknown[] = [];
    process.emitWarning = (warning: unknown) => void warnings.push(warning);
    try {
      expect(() => sink.capture(new DatabaseError(), request)).not.toThrow();
    } finally {
      process.emitWarning = emitWarning;
    }
    expect(warnings).toEqual(['An error could not be logged']);
  });
});
