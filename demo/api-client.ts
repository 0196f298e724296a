/** The product answered with its error envelope. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly error: Envelope['error'];

  constructor(status: number, error: Envelope['error']) {
    super(`${error.code} (${status}): ${error.message} [request ${error.details.request_id}]`);
    this.status = status;
    this.error = error;
  }
}

type Json = Record<string, unknown>;

interface Envelope {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: {
      readonly request_id: string;
      /** Seconds to wait before trying again. */
      readonly retry_after?: number;
      /** The job that a payment was used for. */
      readonly job_id?: string;
    };
  };
}

/** The HTTP API as one signed-in customer sees it. */
export class ApiClient {
  private accessToken: string | null = null;
  private readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  signIn(accessToken: string): void {
    this.accessToken = accessToken;
  }

  async get<T = Json>(path: string): Promise<T> {
    return (await this.request(path, {})) as T;
  }

  async post<T = Json>(path: string, body: Json, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    return (await this.request(path, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })) as T;
  }

  /** Sends a form as multipart and reports the share of bytes handed to the network. */
  async upload<T = Json>(path: string, form: FormData, onProgress: (fraction: number) => void): Promise<T> {
    const encoded = new Response(form);
    const size = [...form.values()].reduce(
      (sum, value) => sum + (typeof value === 'string' ? value.length : value.size),
      0,
    );
    let sent = 0;
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        sent += chunk.byteLength;
        onProgress(sent / size);
        controller.enqueue(chunk);
      },
    });
    if (encoded.body === null) throw new Error('The form has no body');
    return (await this.request(path, {
      method: 'POST',
      headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
      body: encoded.body.pipeThrough(counter),
      duplex: 'half',
    })) as T;
  }

  /** The `data` of each server-sent event, until the server ends the stream. */
  async *events<T>(path: string): AsyncGenerator<T> {
    const response = await this.send(path, { headers: { accept: 'text/event-stream' } });
    if (!response.ok || response.body === null) throw await failureOf(response);
    let pending = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (pending + chunk).split('\n\n');
      pending = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = block
          .split('\n')
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5).trim());
        if (data.length > 0) yield JSON.parse(data.join('\n')) as T;
      }
    }
  }

  private async request(path: string, init: RequestInit & { duplex?: 'half' }): Promise<unknown> {
    const response = await this.send(path, init);
    if (!response.ok) throw await failureOf(response);
    return response.status === 204 ? {} : await response.json();
  }

  private async send(path: string, init: RequestInit & { duplex?: 'half' }): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.accessToken !== null) headers.set('authorization', `Bearer ${this.accessToken}`);
    return await fetch(new URL(path, this.origin), { ...init, headers });
  }
}

async function failureOf(response: Response): Promise<Error> {
  const body = (await response.json()) as Partial<Envelope>;
  if (body.error === undefined) return new Error(`HTTP ${response.status} without the error envelope`);
  return new ApiFailure(response.status, body.error);
}
