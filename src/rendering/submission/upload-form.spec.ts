import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import multipart from '@fastify/multipart';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { testConfig } from '../../config/testing.js';
import { type ApiError, isApiError, translateError } from '../../platform/errors/index.js';
import { SystemClock } from '../../platform/time/index.js';
import { TemporaryDirectories } from '../files/temporary-directories.js';
import { UploadForms } from './upload-form.js';

const LIMIT = 64 * 1_024;
const TRACK = Buffer.alloc(4_096, 'track');
const CONFIG = '{"visualization":"bars"}';
const PAYMENT = '0198c1d0-0000-7000-8000-000000000000';

interface Answer {
  readonly code?: string;
  readonly details?: Record<string, unknown>;
  readonly size?: number;
  readonly bytes?: string;
  readonly renderConfig?: unknown;
  readonly paymentId?: unknown;
}

describe('UploadForms', () => {
  let stateDir: string;
  let app: FastifyInstance;
  let origin: string;
  let settled: PromiseWithResolvers<ApiError | null>;

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'oriel-upload-'));
    const config = testConfig({ stateDir, rendering: { maxUploadBytes: LIMIT } });
    const forms = new UploadForms(config);
    const directories = new TemporaryDirectories(config, new SystemClock());
    settled = Promise.withResolvers();
    app = fastify();
    await app.register(multipart);
    const submit = async (request: FastifyRequest): Promise<object> => {
      try {
        return await directories.use('upload', async (directory) => {
          const { audioPath, sizeBytes, ...rest } = await forms.receive(request, directory);
          return { ...rest, size: sizeBytes, bytes: (await readFile(audioPath)).toString('base64') };
        });
      } catch (error) {
        const { code, details } = translateError(error);
        settled.resolve(isApiError(error) ? error : null);
        return { code, details };
      }
    };
    app.route({ method: 'POST', url: '/', handler: submit });
    await app.listen({ host: '127.0.0.1', port: 0 });
    origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    await app.close();
    const leftovers = await readdir(join(stateDir, 'tmp')).catch(() => []);
    if (leftovers.length > 0) throw new Error(`Left behind: ${leftovers.join(', ')}`);
    await rm(stateDir, { recursive: true, force: true });
  });

  const send = async (parts: readonly (readonly [string, string | Blob, string?])[]): Promise<Answer> => {
    const form = new FormData();
    for (const [name, value, filename] of parts) {
      if (typeof value === 'string') form.append(name, value);
      else form.append(name, value, filename ?? 'track.mp3');
    }
    return (await (await fetch(origin, { method: 'POST', body: form })).json()) as Answer;
  };

  it.each([
    ['first', 0],
    ['in the middle', 1],
    ['last', 2],
  ])('takes the track when it comes %s', async (_where, place) => {
    const parts: [string, string | Blob][] = [
      ['render_config', CONFIG],
      ['payment_id', PAYMENT],
    ];
    parts.splice(place, 0, ['audio_file', new Blob([TRACK])]);
    await expect(send(parts)).resolves.toEqual({
      size: TRACK.length,
      bytes: TRACK.toString('base64'),
      renderConfig: CONFIG,
      paymentId: PAYMENT,
    });
  });

  it('takes a configuration that a browser sends as a JSON blob', async () => {
    const answer = await send([
      ['render_config', new Blob([CONFIG], { type: 'application/json' }), 'blob'],
      ['audio_file', new Blob([TRACK])],
    ]);
    expect(answer.renderConfig).toBe(CONFIG);
  });

  it('takes a track of exactly the limit and refuses one byte more', async () => {
    await expect(send([['audio_file', new Blob([Buffer.alloc(LIMIT)])]])).resolves.toMatchObject({ size: LIMIT });
    await expect(send([['audio_file', new Blob([Buffer.alloc(LIMIT + 1)])]])).resolves.toMatchObject({
      code: 'FILE_TOO_LARGE',
      details: { max_size_mb: 0 },
    });
  });

  it('refuses a track of less than a kilobyte', async () => {
    await expect(send([['audio_file', new Blob(['x'])]])).resolves.toMatchObject({
      code: 'FILE_TOO_SMALL',
      details: { size_bytes: 1 },
    });
  });

  it.each([
    ['no track at all', [['payment_id', PAYMENT]], 'NO_AUDIO_FILE'],
    ['the track under another name', [['file', new Blob([TRACK])]], 'NO_AUDIO_FILE'],
    ['the track as text', [['audio_file', 'la la la']], 'VALIDATION_ERROR'],
    [
      'two tracks',
      [
        ['audio_file', new Blob([TRACK])],
        ['audio_file', new Blob([TRACK])],
      ],
      'FILE_VALIDATION_ERROR',
    ],
    [
      'a field twice',
      [
        ['payment_id', PAYMENT],
        ['payment_id', PAYMENT],
        ['audio_file', new Blob([TRACK])],
      ],
      'VALIDATION_ERROR',
    ],
    [
      'a field it does not know',
      [
        ['audio_file', new Blob([TRACK])],
        ['price', '0'],
      ],
      'VALIDATION_ERROR',
    ],
    ['a text that is too long', [['render_config', 'x'.repeat(20_000)]], 'VALIDATION_ERROR'],
    ['a JSON blob that is too long', [['render_config', new Blob(['x'.repeat(20_000)]), 'blob']], 'VALIDATION_ERROR'],
  ] as const)('refuses %s', async (_what, parts, code) => {
    await expect(send(parts as readonly (readonly [string, string | Blob])[])).resolves.toMatchObject({ code });
  });

  it('refuses what is no form', async () => {
    const response = await fetch(origin, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    await expect(response.json()).resolves.toMatchObject({ code: 'NO_AUDIO_FILE' });
  });

  it('refuses a body that declares itself too large without reading it', async () => {
    const socket = await open(`Content-Length: ${LIMIT + 2_000_000}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('FILE_TOO_LARGE');
    socket.destroy();
  });

  it('answers as soon as the limit is passed, without waiting for the rest', async () => {
    const socket = await open(`Content-Length: ${LIMIT + 500_000}`);
    socket.write(`${head('audio_file')}${'x'.repeat(LIMIT + 100_000)}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('FILE_TOO_LARGE');
    socket.destroy();
  });

  it('refuses a form that ends in the middle', async () => {
    const body = `${head('audio_file')}${'x'.repeat(5_000)}`;
    const socket = await open(`Content-Length: ${body.length}`);
    socket.write(body);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('"code":"FILE_ERROR","details":{"reason":"malformed_form"}');
    socket.destroy();
  });

  it('leaves nothing behind when the client goes away in the middle', async () => {
    const socket = await open('Content-Length: 60000');
    socket.write(`${head('audio_file')}${'x'.repeat(5_000)}`);
    await eventuallyOnDisk(join(stateDir, 'tmp'));
    socket.destroy();
    const error = await settled.promise;
    expect(error?.status).toBe(400);
  });

  const open = async (length: string) => {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\n${length}\r\n\r\n`);
    return socket;
  };
});

function head(name: string): string {
  return `--B\r\nContent-Disposition: form-data; name="${name}"; filename="t.mp3"\r\n\r\n`;
}

async function eventuallyOnDisk(directory: string): Promise<void> {
  for (;;) {
    const names = await readdir(directory, { recursive: true }).catch(() => []);
    if (names.some((name) => name.endsWith('upload'))) return;
    await new Promise(setImmediate);
  }
}
