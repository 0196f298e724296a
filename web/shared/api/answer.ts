import { failureFrom, RequestFailed } from './failure.ts';

interface Outcome {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}

/** The body of a success. @throws RequestFailed for anything else */
export async function answerOf<R extends Outcome>(pending: Promise<R>): Promise<Exclude<R['data'], undefined>> {
  const { data, error, response } = await pending.catch(brokenOff);
  if (!response.ok) throw new RequestFailed(failureFrom(response.status, response.headers, error));
  return data as Exclude<R['data'], undefined>;
}

/** An answer that began and did not end, or is not ours though it says that all is well. */
function brokenOff(error: unknown): never {
  if (error instanceof SyntaxError) throw new RequestFailed({ kind: 'foreign', status: 200 });
  if (error instanceof TypeError || error instanceof DOMException) throw new RequestFailed({ kind: 'unreachable' });
  throw error;
}
