import fc from 'fast-check';
import { envelopeProblems } from './envelope.js';
import { type RandomRequest, randomRequest } from './random-requests.js';
import { type Address, ask, parseResponses, type RawResponse } from './raw-http.js';

/** Connections at once: enough to keep the server busy, few enough for any machine. */
const CONCURRENCY = 16;

export interface FuzzResult {
  readonly sent: number;
  /** Status → how often it came back. */
  readonly statuses: Readonly<Record<string, number>>;
  /** What was wrong with an answer, with the request that brought it about. */
  readonly findings: readonly string[];
}

/**
 * Sends random requests over connections of their own and looks at every answer: never a 5xx, never an error that is not the
 * envelope, never silence.
 * @param seed - the same seed sends the same requests.
 */
export async function fuzzEdge(address: Address, count: number, seed: number): Promise<FuzzResult> {
  const requests = fc.sample(randomRequest, { numRuns: count, seed });
  const statuses: Record<string, number> = {};
  const findings: string[] = [];
  const iterator = requests.values();
  const work = async (): Promise<void> => {
    for (const request of iterator) {
      const { status, problems } = await judge(address, request);
      statuses[status] = (statuses[status] ?? 0) + 1;
      for (const problem of problems)
        findings.push(`${problem} <- ${JSON.stringify(request.bytes.toString('latin1'))}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { sent: requests.length, statuses, findings };
}

async function judge(
  address: Address,
  { bytes, toHead }: RandomRequest,
): Promise<{ status: string; problems: readonly string[] }> {
  const received = await ask(address, [bytes], toHead);
  try {
    const [response] = parseResponses(received, toHead);
    if (response === undefined) return { status: 'none', problems: ['no answer'] };
    return { status: String(response.status), problems: responseProblems(response, toHead) };
  } catch (error) {
    return { status: 'unreadable', problems: [error instanceof Error ? error.message : String(error)] };
  }
}

function responseProblems(response: RawResponse, toHead: boolean): readonly string[] {
  if (response.status >= 500) return [`status ${response.status}: ${response.body}`];
  return response.status >= 400 ? envelopeProblems(response, toHead) : [];
}
