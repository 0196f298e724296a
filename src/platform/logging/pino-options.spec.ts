import { testConfig } from '../../config/testing.js';
import { capturedLogger } from './testing.js';

const config = testConfig({ log: { level: 'info', dir: null }, instanceId: 'pod-1', role: 'worker', version: '1.2.3' });

describe('pinoOptions', () => {
  it('writes JSON lines with level, time, instance, role and version', () => {
    const { logger, capture } = capturedLogger(config);
    logger.info({ size_bytes: 12 }, 'stored');
    expect(capture.lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
        instance: 'pod-1',
        role: 'worker',
        version: '1.2.3',
        size_bytes: 12,
        msg: 'stored',
      },
    ]);
  });

  it('writes one message where Nest passes on a stack that nobody gave', () => {
    const { logger, capture } = capturedLogger(config);
    logger.error({ msg: 'broken', context: 'Storage' }, undefined);
    expect(capture.text.join('').match(/"msg"/g)).toHaveLength(1);
    expect(capture.lines).toMatchObject([{ msg: 'broken' }]);
  });

  it('leaves out what is below the configured level', () => {
    const { logger, capture } = capturedLogger(config);
    logger.debug('too fine');
    expect(capture.text).toEqual([]);
  });

  it('keeps the lists that Nest writes at boot for debugging', () => {
    const quiet = capturedLogger(config);
    quiet.logger.info({ context: 'RouterExplorer' }, 'Mapped {/x, GET} route');
    quiet.logger.warn({ context: 'RouterExplorer' }, 'unusual');
    expect(quiet.capture.lines).toMatchObject([{ level: 'warn', msg: 'unusual' }]);
    const debugging = capturedLogger({ ...config, log: { level: 'debug', dir: null } });
    debugging.logger.info({ context: 'RouterExplorer' }, 'Mapped {/x, GET} route');
    expect(debugging.capture.lines).toMatchObject([{ level: 'debug', msg: 'Mapped {/x, GET} route' }]);
  });

  it('names on every line whose work it belongs to', () => {
    const { logger, capture, context } = capturedLogger(config);
    const values = {
      requestId: 'request-1',
      traceId: 'a'.repeat(32),
      userId: 'user-1',
      endpoint: 'GET /x',
      jobId: 'job-1',
      queueJobId: 'queue-job-1',
    };
    context.run(values, () => logger.info('inside'));
    logger.info('outside');
    expect(capture.lines[0]).toMatchObject({
      request_id: 'request-1',
      trace_id: 'a'.repeat(32),
      user_id: 'user-1',
      endpoint: 'GET /x',
      job_id: 'job-1',
      queue_job_id: 'queue-job-1',
    });
    expect(capture.lines[1]).not.toHaveProperty('request_id');
  });

  it('redacts fields, messages, arguments of messages and errors with their causes', () => {
    const { logger, capture } = capturedLogger(config);
    const error = new Error('Bearer canary-1', { cause: Object.assign(new Error('x'), { apiKey: 'canary-2' }) });
    logger.info({ password: 'canary-3', nested: [{ cookie: 'canary-4' }] }, 'token=canary-5');
    logger.info('sent %s to %s', 'secret: canary-6', 'jane@example.com');
    logger.error(error);
    logger.error({ err: error }, 'failed');
    logger.error({ msg: 'password: canary-7', err: error });
    expect(capture.text.join('')).not.toContain('canary');
    expect(capture.lines.map(({ msg }) => msg)).toEqual([
      'token=[REDACTED]',
      'sent secret: [REDACTED] to j***@example.com',
      'Bearer [REDACTED]',
      'failed',
      'password: [REDACTED]',
    ]);
    expect(capture.lines[2]).toMatchObject({ err: { type: 'Error', cause: { apiKey: '[REDACTED]' } } });
  });

  it('writes a line whatever it is given', () => {
    const { logger, capture } = capturedLogger(config);
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    for (const hostile of [cyclic, null, undefined, 12, Symbol('x'), Object.create(null), new Proxy({}, {})]) {
      logger.info(hostile as object);
    }
    expect(capture.lines).toHaveLength(7);
  });
});
