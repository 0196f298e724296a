/** What a job carries beside its payload: the way back to the request that made it. Stored as the job's data. */
export interface JobEnvelope {
  readonly request_id: string | null;
  readonly trace_id: string | null;
  readonly user_id: string | null;
  /** How often a shutting-down worker gave the job back. Each needed one more claim, which counts as no attempt. */
  readonly handed_back: number;
  readonly payload: object;
}

/** The envelope in the stored data. A job put there by hand, without one, is taken as a bare payload. */
export function openEnvelope(data: unknown): JobEnvelope {
  const stored = isRecord(data) ? data : {};
  if (!isRecord(stored['payload'])) {
    return { request_id: null, trace_id: null, user_id: null, handed_back: 0, payload: stored };
  }
  return {
    request_id: textOrNull(stored['request_id']),
    trace_id: textOrNull(stored['trace_id']),
    user_id: textOrNull(stored['user_id']),
    handed_back: typeof stored['handed_back'] === 'number' ? stored['handed_back'] : 0,
    payload: stored['payload'],
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
