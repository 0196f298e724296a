import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { SystemClock } from '../../../src/platform/time/index.js';
import { parseFault } from '../../../src/sandbox/faults/dto/fault.dto.js';
import { sandboxUrls } from '../../../src/sandbox/index.js';
import { startTestSandbox, TEST_CREDENTIALS, type TestSandbox } from '../../../src/sandbox/testing.js';
import { eventually } from '../../support/eventually.js';
import { GcsDriver } from '../../../src/storage/drivers/gcs.driver.js';
import { digestFile, type FileDigest } from '../../../src/storage/file-digest.js';

const MEBIBYTE = 1_048_576;

/** Real: the SDK, HTTP, files. Fake: the bucket, by the sandbox's double. */
describe('GcsDriver', () => {
  let sandbox: TestSandbox;
  let dir: string;
  let path: string;
  let digest: FileDigest;
  let driver: GcsDriver;
  const content = randomBytes(2 * MEBIBYTE + 17);
  const signal = new AbortController().signal;
  let count = 0;
  const freshName = (): string => `videos/${(count += 1)}-track.mp4`;
  const upload = (name: string, limit: AbortSignal = signal) =>
    driver.upload({ name, path, contentType: 'video/mp4', digest }, { signal: limit });

  const fail = (fault: object): void => sandbox.sandbox.faults.set('gcs', parseFault(fault));

  function driverOf(endpoint: string): GcsDriver {
    return new GcsDriver(
      {
        bucket: TEST_CREDENTIALS.bucket,
        projectId: 'test',
        apiEndpoint: endpoint,
        credentials: { clientEmail: TEST_CREDENTIALS.clientEmail, privateKey: sandbox.gcsPrivateKey },
        keyFilename: null,
      },
      new SystemClock(),
    );
  }

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    dir = await mkdtemp(join(tmpdir(), 'oriel-gcs-'));
    path = join(dir, 'source.mp4');
    await writeFile(path, content);
    digest = await digestFile(path);
    driver = driverOf(sandboxUrls(sandbox.sandbox.url).gcsApiEndpoint);
  });

  afterEach(() => {
    sandbox.sandbox.faults.clear('gcs');
  });

  afterAll(async () => {
    await sandbox.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('uploads a file, describes it and gets the same bytes back', async () => {
    const name = freshName();
    const created = await upload(name);
    expect(created).toMatchObject(digest);
    expect(await driver.describe(name, signal)).toEqual(created);
    const copy = join(dir, 'copy');
    expect(await driver.download(name, copy, { signal })).toEqual(digest);
    expect((await readFile(copy)).equals(content)).toBe(true);
  });

  it('uploads an empty file', async () => {
    const empty = join(dir, 'empty');
    await writeFile(empty, '');
    const emptyDigest = await digestFile(empty);
    const request = { name: freshName(), path: empty, contentType: 'video/mp4', digest: emptyDigest };
    expect(await driver.upload(request, { signal })).toMatchObject({ sizeBytes: 0, crc32c: 'AAAAAA==' });
  });

  it('takes an object that is there already with the same content for its own', async () => {
    const name = freshName();
    const first = await upload(name);
    expect(await upload(name)).toEqual(first);
  });

  it.each([1, 50_000, 100_000, 176_444, 262_144, 700_000])(
    'takes a refusal that comes while its %p bytes go out for what it is',
    async (sizeBytes) => {
      const request = { name: freshName(), path: join(dir, `sized-${sizeBytes}`), contentType: 'audio/wav' };
      await writeFile(request.path, randomBytes(sizeBytes));
      const sized = { ...request, digest: await digestFile(request.path) };
      const first = await driver.upload(sized, { signal });
      for (let time = 1; time <= 3; time += 1) {
        expect(await driver.upload(sized, { signal: AbortSignal.timeout(20_000) })).toEqual(first);
      }
    },
  );

  it('says what is wrong with a file that cannot be read, at once', async () => {
    const request = { name: freshName(), path: dir, contentType: 'video/mp4', digest };
    await expect(driver.upload(request, { signal })).rejects.toMatchObject({ name: 'StorageError' });
    expect(await driver.describe(request.name, signal)).toBeNull();
  });

  it('finds its object again when the answer to the upload was lost', async () => {
    const name = freshName();
    fail({ kind: 'lost_answer', times: 1 });
    await expect(upload(name)).rejects.toMatchObject({ code: 'GCS_CONNECTION_ERROR', retryable: true });
    expect(await upload(name)).toMatchObject(digest);
  });

  it('refuses another content under its name and leaves nothing behind', async () => {
    const name = freshName();
    const other = join(dir, 'other');
    await writeFile(other, 'something else');
    const otherDigest = await digestFile(other);
    await driver.upload({ name, path: other, contentType: 'video/mp4', digest: otherDigest }, { signal });
    await expect(upload(name)).rejects.toMatchObject({ code: 'STORAGE_CHECKSUM_MISMATCH' });
    expect(await driver.describe(name, signal)).toBeNull();
  });

  it('says that the file changed since its digest was taken, and leaves no object', async () => {
    const name = freshName();
    const request = { name, path, contentType: 'video/mp4', digest: { ...digest, crc32c: 'AAAAAA==' } };
    await expect(driver.upload(request, { signal })).rejects.toMatchObject({ name: 'StorageError' });
    expect(await driver.describe(name, signal)).toBeNull();
  });

  it('distinguishes what is not there from what cannot be reached', async () => {
    expect(await driver.describe('videos/none.mp4', signal)).toBeNull();
    await expect(driver.download('videos/none.mp4', join(dir, 'none'), { signal })).rejects.toMatchObject({
      code: 'STORAGE_OBJECT_NOT_FOUND',
      retryable: false,
    });
    fail({ kind: 'status', status: 503, retry_after: 7 });
    await expect(driver.describe('videos/none.mp4', signal)).rejects.toMatchObject({
      code: 'GCS_SERVICE_ERROR',
      details: { retry_after: 7 },
    });
  });

  it('deletes the generation it knows, once or twice, and no other', async () => {
    const name = freshName();
    const { generation } = await upload(name);
    await driver.remove(name, '1', signal);
    expect(await driver.describe(name, signal)).not.toBeNull();
    await driver.remove(name, generation, signal);
    await driver.remove(name, generation, signal);
    expect(await driver.describe(name, signal)).toBeNull();
  });

  it.each([
    ['refuse', 'GCS_CONNECTION_ERROR', true],
    ['reset', 'GCS_CONNECTION_ERROR', true],
    ['rate_limit', 'GCS_RATE_LIMITED', true],
    ['malformed', 'GCS_SERVICE_ERROR', true],
    ['truncate', 'GCS_', true],
    ['auth', 'GCS_AUTH_ERROR', false],
  ] as const)('translates the fault %s of an upload', async (kind, code, retryable) => {
    fail({ kind });
    const failure = await upload(freshName()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: expect.stringContaining(code), retryable });
  });

  it.each(['refuse', 'reset', 'malformed', 'truncate'] as const)(
    'translates the fault %s of a download and keeps quiet about success',
    async (kind) => {
      const name = freshName();
      await upload(name);
      fail({ kind });
      const outcome = await driver.download(name, join(dir, 'faulty'), { signal }).then(
        (got) => (got.crc32c === digest.crc32c ? 'same' : 'different digest'),
        (error: unknown) => (error as { code: string }).code,
      );
      expect(outcome).toMatch(/^(?:GCS_|different digest)/);
    },
  );

  it('makes signed links that give the file as an attachment', async () => {
    const name = freshName();
    await upload(name);
    const expiresAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 60_000);
    const request = { name, filename: 'Mein "Lied" – ♥.mp4', contentType: 'video/mp4', expiresAt };
    const response = await fetch(await driver.signedUrl(request, signal));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toContain('attachment');
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
  });

  describe('against a server that never answers', () => {
    let server: Server;
    let open = 0;

    beforeAll(async () => {
      server = createServer((request) => {
        request.resume();
        request.on('error', () => undefined);
      });
      server.on('connection', (socket) => {
        open += 1;
        socket.on('close', () => {
          open -= 1;
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });

    afterAll(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it.each(['upload', 'describe', 'download', 'remove'] as const)(
      'stops an %s and lets go of its socket when the signal aborts',
      async (operation) => {
        const silent = driverOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        const abort = new AbortController();
        const started = new Promise((resolve) => server.once('request', resolve));
        const calls = {
          upload: () => silent.upload({ name: 'a', path, contentType: 'video/mp4', digest }, { signal: abort.signal }),
          describe: () => silent.describe('a', abort.signal),
          download: () => silent.download('a', join(dir, 'silent'), { signal: abort.signal }),
          remove: () => silent.remove('a', '1', abort.signal),
        };
        const call = calls[operation]();
        void started.then(() => abort.abort(new Error('time is up')));
        await expect(call).rejects.toThrow('time is up');
        await eventually('the socket is closed', () => open === 0, 2_000);
      },
    );
  });
});
