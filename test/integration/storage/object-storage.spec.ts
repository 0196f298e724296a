import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HealthCheckRegistry } from '../../../src/platform/health/index.js';
import { LocalObjectStore } from '../../../src/storage/local-object-store.js';
import { ReplicationReport } from '../../../src/storage/index.js';
import { TEST_CREDENTIALS } from '../../../src/sandbox/testing.js';
import { StorageApp } from './storage-app.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('ObjectStorage', () => {
  let app: StorageApp;
  const signal = new AbortController().signal;

  beforeEach(async () => {
    app = await StorageApp.start();
  });

  afterEach(async () => {
    await app.close();
  });

  it('stores a file in GCS and gives it back', async () => {
    const content = randomBytes(300_000);
    const object = await app.store(content);
    expect(object).toMatchObject({ location: 'gcs', sizeBytes: 300_000, key: 'videos/clip.mp4' });
    expect((await app.fetched(object.id)).equals(content)).toBe(true);
    expect(await app.bucketNames()).toEqual([(await app.row(object.id)).object_name]);
    expect(await app.localFiles()).toEqual([]);
  });

  it('stores one key many times at once as so many objects', async () => {
    const objects = await Promise.all(Array.from({ length: 8 }, () => app.store()));
    expect(new Set(objects.map(({ id }) => id)).size).toBe(8);
    expect(await app.bucketNames()).toHaveLength(8);
  });

  it('stores once when the answers of GCS are lost', async () => {
    app.fault({ kind: 'lost_answer', times: 1 });
    const object = await app.store();
    expect(object.location).toBe('gcs');
    expect(await app.bucketNames()).toHaveLength(1);
  });

  it('reads from the other place when the register is behind', async () => {
    const content = randomBytes(10_000);
    const object = await app.store(content);
    await app.database.dataSource.query("UPDATE stored_objects SET location = 'local' WHERE id = $1", [object.id]);
    expect((await app.fetched(object.id)).equals(content)).toBe(true);
  });

  it('says "not found" only when both places say so', async () => {
    const object = await app.store();
    const name = encodeURIComponent((await app.row(object.id)).object_name);
    await fetch(`${app.sandbox.sandbox.url}/storage/v1/b/${TEST_CREDENTIALS.bucket}/o/${name}`, { method: 'DELETE' });
    await expect(app.fetched(object.id)).rejects.toMatchObject({ code: 'STORAGE_OBJECT_NOT_FOUND' });
    app.fault({ kind: 'status', status: 503 });
    await expect(app.fetched(object.id)).rejects.toMatchObject({ code: 'GCS_SERVICE_ERROR', retryable: true });
  });

  it('takes an object for one of another instance that waits in fallback storage and is not here, for a day', async () => {
    const object = await app.storeLocally();
    const { url } = await app.storage.downloadUrl(object.id, { filename: 'a.mp4', expiresInSeconds: 2 * 86_400 });
    await app.get(LocalObjectStore).remove(object.id);
    await expect(app.fetched(object.id)).rejects.toMatchObject({ code: 'STORAGE_OBJECT_ELSEWHERE', retryable: true });
    const response = await app.download(url);
    expect(response.statusCode).toBe(503);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    app.clock.advance(DAY_MS);
    await expect(app.fetched(object.id)).rejects.toMatchObject({ code: 'STORAGE_OBJECT_NOT_FOUND' });
    expect((await app.download(url)).statusCode).toBe(404);
  });

  it('notices a damaged local copy and leaves no file', async () => {
    const object = await app.storeLocally();
    await writeFile(app.get(LocalObjectStore).path(object.id), 'damaged');
    await expect(app.fetched(object.id)).rejects.toMatchObject({ code: 'STORAGE_CHECKSUM_MISMATCH' });
    await expect(readFile(join(app.dir, 'fetched'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says that storage is full when neither place has room', async () => {
    const full = await StorageApp.start({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    try {
      full.policy.isolate();
      await expect(full.store()).rejects.toMatchObject({
        code: 'STORAGE_QUOTA_EXCEEDED',
        status: 503,
        retryable: true,
      });
      expect((await full.rows()).map(({ status }) => status)).toEqual(['removing']);
      const check = full
        .get(HealthCheckRegistry)
        .entries()
        .find(([name]) => name === 'storage')?.[1];
      expect(await check?.(signal)).toMatchObject({ status: 'down' });
    } finally {
      await full.close();
    }
  });

  it('stops when the caller aborts, and gives the object up', async () => {
    app.fault({ kind: 'hang' });
    const abort = new AbortController();
    const source = { path: await app.file() };
    const storing = app.storage.store(
      { key: 'a', source, contentType: 'audio/mpeg', kind: 'audio' },
      { signal: abort.signal },
    );
    setTimeout(() => abort.abort(new Error('the customer left')), 200);
    await expect(storing).rejects.toThrow('the customer left');
    expect((await app.rows()).map(({ status }) => status)).toEqual(['removing']);
    expect(await app.localFiles()).toEqual([]);
  });

  it('stores nothing when whoever is told its id does not want it any more', async () => {
    const source = { path: await app.file() };
    const told: string[] = [];
    const registered = async (id: string): Promise<void> => {
      told.push((await app.row(id)).status);
      throw new Error('the job was taken over');
    };
    const request = { key: 'a', source, contentType: 'audio/mpeg', kind: 'audio' } as const;
    await expect(app.storage.store(request, { registered })).rejects.toThrow('the job was taken over');
    expect(told).toEqual(['pending']);
    expect((await app.rows()).map(({ status }) => status)).toEqual(['removing']);
    expect(await app.bucketNames()).toEqual([]);
  });

  it.each(['../etc/passwd', '/absolute', 'a//b', 'a\0b', '', 'ü', 'a'.repeat(256)])(
    'refuses the key %j',
    async (key) => {
      const source = { path: await app.file() };
      await expect(app.storage.store({ key, source, contentType: 'audio/mpeg', kind: 'audio' })).rejects.toThrow(
        RangeError,
      );
    },
  );

  it('reports what waits and how GCS is', async () => {
    const check = app
      .get(HealthCheckRegistry)
      .entries()
      .find(([name]) => name === 'storage')?.[1];
    expect(await check?.(signal)).toMatchObject({ status: 'up' });
    app.policy.isolate();
    const object = await app.store(randomBytes(1_234));
    app.clock.advance(20_000);
    expect(await check?.(signal)).toMatchObject({ status: 'degraded', details: { waiting_objects: 1 } });
    const status = await app.get(ReplicationReport).status();
    expect(status).toMatchObject({ waiting: 1, waitingBytes: 1_234 });
    expect(status.oldestSince).toBeInstanceOf(Date);
    await rm(app.get(LocalObjectStore).path(object.id));
  });
});
