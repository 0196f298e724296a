import createClient from 'openapi-fetch';
import type { paths } from '../../generated/api.ts';
import { failureFrom, RequestFailed } from './failure.ts';

/** Longer than the server takes to give up on any dependency of a JSON route. */
const TIMEOUT_MS = 40_000;

/** The API with its types. Answers are values; failures are thrown as {@link RequestFailed}, see {@link answerOf}. */
export const api = createClient<paths>({ fetch: fetchInTime });

async function fetchInTime(request: Request): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]) });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new RequestFailed({ kind: 'unreachable' });
  }
}

interface Outcome {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}

/** The body of a success. @throws RequestFailed for anything else */
export async function answerOf<R extends Outcome>(pending: Promise<R>): Promise<Exclude<R['data'], undefined>> {
  const { data, error, response } = await pending;
  if (!response.ok) throw new RequestFailed(failureFrom(response.status, response.headers, error));
  return data as Exclude<R['data'], undefined>;
}
