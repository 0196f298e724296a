import { createConnection, type Socket } from 'node:net';

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One response as it came over the wire. */
export interface RawResponse {
  readonly status: number;
  /** Lower-case names; several of one name are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Longer than any answer of a server that has understood the request takes. */
const IDLE_MS = 1_500;
const PATIENCE_MS = 15_000;

/**
 * Sends bytes over a connection of its own and reads until the server closes it. Our side is closed after a whole answer, or
 * when none comes: then the server waits for bytes that we do not have. (Not earlier: Node drops a half-closed connection,
 * with the answer it is working on.)
 * @param chunks - written one after another.
 * @param toHead - the answer has no body.
 */
export async function ask(address: Address, chunks: readonly (string | Buffer)[], toHead = false): Promise<Buffer> {
  const { socket, received, closed } = open(address);
  socket.on('data', () => {
    if (hasAnswer(Buffer.concat(received), toHead)) socket.end();
  });
  socket.setTimeout(IDLE_MS, () => {
    if (socket.writableEnded) socket.destroy();
    else socket.end();
  });
  for (const chunk of chunks) socket.write(chunk);
  await closed;
  return Buffer.concat(received);
}

/** Sends everything at once, closes our side at once, and reads until the server closes its own: for pipelines. */
export async function exchange(address: Address, ...chunks: readonly (string | Buffer)[]): Promise<Buffer> {
  const { socket, received, closed } = open(address);
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  for (const chunk of chunks) socket.write(chunk);
  socket.end();
  await closed;
  return Buffer.concat(received);
}

interface OpenConnection {
  readonly socket: Socket;
  readonly received: Buffer[];
  /** Resolves when the connection is over, in whatever way. */
  readonly closed: Promise<void>;
}

function open({ host, port }: Address): OpenConnection {
  const socket = createConnection({ host, port });
  const received: Buffer[] = [];
  socket.on('data', (data: Buffer) => received.push(data));
  // A server that has said all it wants to say may reset what we are still sending.
  socket.on('error', () => socket.destroy());
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  return { socket, received, closed };
}

function hasAnswer(bytes: Buffer, toHead: boolean): boolean {
  try {
    return parseResponses(bytes, toHead).length > 0;
  } catch {
    // Not yet, or never: the time limit decides.
    return false;
  }
}

/** Splits what was received into responses. @throws Error on anything that is not HTTP/1.1 with a known length. */
export function parseResponses(bytes: Buffer, toHead = false): readonly RawResponse[] {
  const responses: RawResponse[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) throw new Error(`no end of headers in ${JSON.stringify(rest.toString('latin1').slice(0, 200))}`);
    const { status, headers } = parseHead(rest.subarray(0, end).toString('latin1'));
    const start = end + 4;
    const length = bodyLength(status, headers, toHead);
    const body = rest.subarray(start, start + length);
    if (body.length < length) throw new Error(`body ends after ${body.length} of ${length} bytes`);
    responses.push({ status, headers, body: body.toString('utf8') });
    rest = rest.subarray(start + length);
  }
  return responses.filter(({ status }) => status >= 200);
}

function parseHead(head: string): Omit<RawResponse, 'body'> {
  const [statusLine = '', ...lines] = head.split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) [ -~]*$/.exec(statusLine)?.[1];
  if (status === undefined) throw new Error(`not a status line: ${JSON.stringify(statusLine)}`);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name = '', value = ''] = /^([!-9;-~]+): ?(.*)$/.exec(line) ?? [];
    if (name === '') throw new Error(`not a header: ${JSON.stringify(line)}`);
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
  }
  return { status: Number(status), headers };
}

function bodyLength(status: number, headers: Readonly<Record<string, string>>, toHead: boolean): number {
  if (toHead || status < 200 || status === 204 || status === 304) return 0;
  const length = headers['content-length'];
  if (length === undefined || !/^\d+$/.test(length)) throw new Error(`status ${status} without a content-length`);
  return Number(length);
}
