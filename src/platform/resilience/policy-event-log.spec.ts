import { PolicyEventLog } from './policy-event-log.js';
import { PolicyEvents, type PolicyEvent } from './policy-events.js';

/** Keeps what is logged, with its level. */
class Recorder {
  readonly lines: { readonly level: string; readonly line: unknown }[] = [];
  readonly debug = this.at('debug');
  readonly log = this.at('info');
  readonly warn = this.at('warn');
  readonly error = this.at('error');

  private at(level: string): (line: unknown) => void {
    return (line) => this.lines.push({ level, line });
  }
}

describe('PolicyEventLog', () => {
  it('writes changes of a circuit for the operator and attempts for the story of a request', () => {
    const recorder = new Recorder();
    const events = new PolicyEvents(recorder);
    const log = new PolicyEventLog(events, recorder);
    log.onModuleInit();
    const attempt = { type: 'attempt', service: 'gcs', operation: 'upload', attempt: 2, durationMs: 12.6 } as const;
    const published: PolicyEvent[] = [
      { ...attempt, outcome: 'success', code: null },
      { ...attempt, outcome: 'timeout', code: 'GCS_TIMEOUT' },
      { type: 'break', service: 'gcs', cause: 'failures', code: 'GCS_TIMEOUT', openForMs: 60_000 },
      { type: 'half_open', service: 'gcs' },
      { type: 'reset', service: 'gcs', by: 'probe' },
      { type: 'override', service: 'gcs', mode: 'isolated', reason: 'maintenance', expiresAt: null },
      { type: 'reject', service: 'gcs', operation: 'upload', reason: 'circuit' },
    ];
    for (const event of published) events.publish(event);
    log.onModuleDestroy();
    events.publish({ type: 'half_open', service: 'gcs' });

    expect(recorder.lines.map(({ level }) => level)).toEqual([
      'debug',
      'warn',
      'error',
      'info',
      'info',
      'warn',
      'debug',
    ]);
    expect(recorder.lines[1]?.line).toEqual({
      msg: 'Attempt failed',
      policy_event: 'attempt',
      service: 'gcs',
      operation: 'upload',
      attempt: 2,
      duration_ms: 13,
      outcome: 'timeout',
      code: 'GCS_TIMEOUT',
    });
    expect(recorder.lines[2]?.line).toMatchObject({ msg: 'Circuit opened', open_for_ms: 60_000 });
  });
});
