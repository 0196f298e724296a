import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const KIBIBYTE = 1_024;
/** Where a stream breaks when its instruction does not say: anywhere before the end. */
const BREAK_AFTER_BYTES = 4 * KIBIBYTE;

/** What is to happen to one request, in the words of Google's retry scenarios. */
type Instruction =
  | { readonly kind: 'status'; readonly status: number; readonly afterBytes: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'broken_stream'; readonly afterBytes: number }
  /** Not Google's: the request is carried out and its answer lost, which is what makes a repeat ambiguous. */
  | { readonly kind: 'lost_answer' };

/** One request as it arrived. */
export interface SeenRequest {
  /** Name of the operation in the scenarios, such as `storage.objects.get`. */
  readonly operation: string;
  readonly conditional: boolean;
  /** Status that came back; null where the connection was cut before. */
  status: number | null;
}

/**
 * Stands between a client and a double of Cloud Storage and spoils requests of one operation by a list of instructions, one for
 * each request in turn; everything else goes through.
 */
export class InstructedProxy {
  readonly seen: SeenRequest[] = [];
  private instructions: { readonly operation: string; readonly list: Instruction[] } = { operation: '', list: [] };

  private constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {}

  static async start(target: string): Promise<InstructedProxy> {
    // A connection that the server closes for idleness just as it is used again would cost an attempt that no scenario asks for.
    const server = createServer({ keepAliveTimeout: 0 });
    const proxy = new InstructedProxy(server, target);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      proxy.handle(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Instructions that no request has met yet. */
  get pending(): number {
    return this.instructions.list.length;
  }

  /** Forgets what was seen and spoils the next requests of `operation`. @throws Error for an instruction it does not know */
  instruct(operation: string, instructions: readonly string[]): void {
    this.seen.length = 0;
    this.instructions = { operation, list: instructions.map(parseInstruction) };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { operation, conditional } = describe(request);
    const seen: SeenRequest = { operation, conditional, status: null };
    this.seen.push(seen);
    const instruction = operation === this.instructions.operation ? this.instructions.list.shift() : undefined;
    switch (instruction?.kind) {
      case 'reset':
        request.socket.resetAndDestroy();
        return;
      case 'status':
        await received(request, instruction.afterBytes);
        seen.status = instruction.status;
        refuse(response, instruction.status);
        request.resume();
        return;
      case 'broken_stream':
      case 'lost_answer':
      case undefined: {
        const answer = await this.forward(request);
        if (instruction?.kind === 'lost_answer') {
          answer.resume().once('end', () => request.socket.destroy());
          return;
        }
        seen.status = answer.statusCode ?? null;
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        if (instruction === undefined) await pipeline(answer, response);
        else await breakAfter(answer, response, instruction.afterBytes);
      }
    }
  }

  private async forward(request: IncomingMessage): Promise<IncomingMessage> {
    const { method, headers, url = '/' } = request;
    const onward = httpRequest(new URL(url, this.target), { method: method ?? 'GET', headers });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      onward.once('response', resolve).once('error', reject);
    });
    request.pipe(onward);
    return await answered;
  }
}

function parseInstruction(text: string): Instruction {
  if (text === 'return-reset-connection') return { kind: 'reset' };
  if (text === 'lost-answer') return { kind: 'lost_answer' };
  const match = /^return-(?:(\d{3})|broken-stream)(?:-after-(\d+)K)?$/.exec(text);
  if (match === null) throw new Error(`Unknown instruction ${text}`);
  const [, status, kibibytes] = match;
  const afterBytes = kibibytes === undefined ? undefined : Number(kibibytes) * KIBIBYTE;
  return status === undefined
    ? { kind: 'broken_stream', afterBytes: afterBytes ?? BREAK_AFTER_BYTES }
    : { kind: 'status', status: Number(status), afterBytes: afterBytes ?? 0 };
}

/** Which operation of the JSON API a request is, and whether it says what must hold of the object. */
function describe({ method, url = '/' }: IncomingMessage): { operation: string; conditional: boolean } {
  const { pathname, searchParams } = new URL(url, 'http://proxy');
  const conditional = searchParams.has('ifGenerationMatch');
  const one = /^(?:\/download)?\/storage\/v1\/b\/[^/]+\/o\/[^/]+$/.test(pathname);
  if (one && method === 'GET') return { operation: 'storage.objects.get', conditional };
  if (one && method === 'DELETE') return { operation: 'storage.objects.delete', conditional };
  const upload = method === 'POST' && /^\/upload\/storage\/v1\/b\/[^/]+\/o$/.test(pathname);
  return { operation: upload ? 'storage.objects.insert' : `${method} ${pathname}`, conditional };
}

/** Resolves when that many bytes of the body have come; rejects when it ends before, since the case would prove nothing. */
async function received(body: Readable, bytes: number): Promise<void> {
  if (bytes === 0) return;
  await new Promise<void>((resolve, reject) => {
    let count = 0;
    body.on('data', (chunk: Buffer) => {
      count += chunk.length;
      if (count >= bytes) resolve();
    });
    body.once('close', () => reject(new Error(`The body ended after ${count} bytes`)));
  });
}

function refuse(response: ServerResponse, status: number): void {
  const message = `The proxy was told to answer ${status}.`;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ error: { code: status, message, errors: [{ message, domain: 'global' }] } }));
}

async function breakAfter(answer: Readable, response: ServerResponse, bytes: number): Promise<void> {
  let left = bytes;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    const part = chunk.subarray(0, left);
    left -= part.length;
    await new Promise<void>((resolve) => response.write(part, () => resolve()));
    if (left === 0) break;
  }
  response.destroy();
}
