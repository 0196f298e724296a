import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What somebody outside got. */
export interface Received {
  readonly path: string;
  readonly body: string;
}

/**
 * Stands for everything outside. It takes alerts, and refuses every other call with an error whose message says more than it
 * should, in a form that each of the SDKs reads.
 */
export class LeakyVendor {
  readonly received: Received[] = [];

  private constructor(
    private readonly server: Server,
    private readonly said: readonly string[],
  ) {
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url ?? '';
        this.received.push({ path, body: Buffer.concat(chunks).toString() });
        if (path === '/alerts') return void response.writeHead(204).end();
        const body = JSON.stringify(this.error());
        response.writeHead(400, { 'content-type': 'application/json', 'request-id': 'req_leaky' }).end(body);
      });
    });
  }

  static async start(said: readonly string[]): Promise<LeakyVendor> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LeakyVendor(server, said);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private error(): object {
    const message = `The request was refused: ${this.said.join(' and ')}`;
    return {
      error: { type: 'invalid_request_error', code: 400, message, errors: [{ message, reason: 'invalid' }] },
      errors: this.said.map((text) => ({ message: text, field: 'from', help: text })),
    };
  }
}
