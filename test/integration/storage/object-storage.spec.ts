import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HealthCheckRegistry } from '../../../src/platform/health/index.js';
import { LocalDirectorySweep } from '../../../src/storage/local-directory-sweep.js';
import { LocalObjectStore } from '../../../src/storage/local-object-store.js';
import { ObjectReferences, ReplicationReport, type StoredObject } from '../../../src/storage/index.js';
import { ObjectRegister } from '../../../src/storage/object-register.js';
import { Replicator } from '../../../src/storage/replicator.js';
import { StorageSweep } from '../../../src/storage/storage-sweep.js';
import { TEST_CREDENTIALS } from '../../../src/sandbox/testing.js';
import { eventually } from '../../support/eventually.js';
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

  const replicate = () => app.get(Replicator).run(signal);
  const sweep = () => app.get(StorageSweep).run(signal);
  const fetched = async (id: string): Promise<Buffer> => {
    const path = join(app.dir, 'fetched');
    await app.storage.fetchToFile(id, path);
    return await readFile(path);
  };
  const storeLocally = async (content?: Buffer): Promise<StoredObject> => {
    app.policy.isolate();
    const object = await app.store(content);
    app.policy.reset();
    return object;
  };
  const path = (url: string): string => url.replace(/^http:\/\/[^/]+/, '');
  const download = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    app.app.inject({ method, url: path(url), headers });

  it('stores a file in GCS and gives it back', async () => {
    const content = randomBytes(300_000);
    const object = await app.store(content);
    expect(object).toMatchObject({ location: 'gcs', sizeBytes: 300_000, key: 'videos/clip.mp4' });
    expect((await fetched(object.id)).equals(content)).toBe(true);
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

  it.each(['refuse', 'reset', 'rate_limit', 'auth', 'truncate', 'malformed', 'lost_answer'] as const)(
    'keeps an object in fallback storage while GCS suffers from %s, and moves it when that is over',
    async (kind) => {
      app.fault({ kind, ...(kind === 'rate_limit' ? { retry_after: 1 } : {}) });
      const content = randomBytes(50_000);
      const object = await app.store(content);
      expect(object.location).toBe('local');
      expect((await app.row(object.id)).status).toBe('stored');
      expect((await fetched(object.id)).equals(content)).toBe(true);
      app.heal();
      expect(await replicate()).toBe(1);
      expect(await app.row(object.id)).toMatchObject({ location: 'gcs', status: 'stored' });
      expect(await app.bucketNames()).toHaveLength(1);
      expect(await app.localFiles()).toEqual([]);
      expect((await fetched(object.id)).equals(content)).toBe(true);
    },
    60_000,
  );

  it('does not call GCS while its circuit is open', async () => {
    app.policy.isolate();
    const before = app.sandbox.sandbox.faults.view('gcs').calls;
    expect((await app.store()).location).toBe('local');
    expect(app.sandbox.sandbox.faults.view('gcs').calls).toBe(before);
  });

  it('replicates by itself when the circuit closes', async () => {
    const scheduled = await StorageApp.start({ scheduled: true });
    try {
      scheduled.policy.isolate();
      const object = await scheduled.store();
      scheduled.policy.reset();
      await eventually('the object is in GCS', async () => (await scheduled.row(object.id)).location === 'gcs');
    } finally {
      await scheduled.close();
    }
  });

  it('replicates soon after an outage that was too short to open the circuit', async () => {
    const scheduled = await StorageApp.start({ scheduled: true });
    try {
      // The three attempts of one upload.
      scheduled.fault({ kind: 'status', status: 503, times: 3 });
      const object = await scheduled.store();
      expect(object.location).toBe('local');
      expect(scheduled.policy.state).toBe('closed');
      await eventually('the object is in GCS', async () => (await scheduled.row(object.id)).location === 'gcs');
      await eventually('its copy is gone', async () => (await scheduled.localFiles()).length === 0);
    } finally {
      await scheduled.close();
    }
  });

  it('moves each object once when several replicators run at once', async () => {
    await Promise.all(Array.from({ length: 6 }, () => storeLocallyIsolated()));
    app.policy.reset();
    await Promise.all([replicate(), replicate(), replicate()]);
    await replicate();
    expect(await app.bucketNames()).toHaveLength(6);
    expect((await app.rows()).every(({ location }) => location === 'gcs')).toBe(true);
    expect(await app.localFiles()).toEqual([]);
  });

  async function storeLocallyIsolated(): Promise<void> {
    app.policy.isolate();
    await app.store();
  }

  it('lets no object wait for one whose copy is damaged, and does not blame GCS for it', async () => {
    const damaged = await storeLocally();
    const unreadable = await storeLocally();
    const whole = await storeLocally();
    const local = app.get(LocalObjectStore);
    await writeFile(local.path(damaged.id), 'something else');
    await rm(local.path(unreadable.id));
    await mkdir(local.path(unreadable.id));
    expect(await replicate()).toBe(1);
    expect(await app.row(whole.id)).toMatchObject({ location: 'gcs' });
    for (const { id } of [damaged, unreadable]) {
      expect(await app.row(id)).toMatchObject({ location: 'local', last_error_code: 'STORAGE_CHECKSUM_MISMATCH' });
    }
    expect(app.policy.snapshot()).toMatchObject({ state: 'closed', failureCount: 0 });
  });

  it('leaves an object that was removed while it was replicated nowhere', async () => {
    await storeLocally();
    const register = app.get(ObjectRegister);
    const relocate = register.relocate.bind(register);
    register.relocate = async (id, generation) => {
      await app.storage.remove(id);
      return await relocate(id, generation);
    };
    await replicate();
    expect(await app.bucketNames()).toEqual([]);
    expect(await app.localFiles()).toEqual([]);
  });

  it('goes on after a kill between upload and row, and between row and local copy', async () => {
    const object = await storeLocally();
    const register = app.get(ObjectRegister);
    const relocate = register.relocate.bind(register);
    register.relocate = async () => {
      throw new Error('killed');
    };
    expect(await replicate()).toBe(0);
    register.relocate = relocate;
    expect(await replicate()).toBe(1);
    expect(await app.bucketNames()).toHaveLength(1);

    const local = app.get(LocalObjectStore);
    await writeFile(local.path(object.id), 'left over');
    await utimes(local.path(object.id), new Date(), new Date(app.clock.now().getTime() - 2 * HOUR_MS));
    app.clock.advance(HOUR_MS);
    await app.get(LocalDirectorySweep).run(signal);
    expect(await app.localFiles()).toEqual([]);
  });

  it('reads from the other place when the register is behind', async () => {
    const content = randomBytes(10_000);
    const object = await app.store(content);
    await app.database.dataSource.query("UPDATE stored_objects SET location = 'local' WHERE id = $1", [object.id]);
    expect((await fetched(object.id)).equals(content)).toBe(true);
  });

  it('says "not found" only when both places say so', async () => {
    const object = await app.store();
    const name = encodeURIComponent((await app.row(object.id)).object_name);
    await fetch(`${app.sandbox.sandbox.url}/storage/v1/b/${TEST_CREDENTIALS.bucket}/o/${name}`, { method: 'DELETE' });
    await expect(fetched(object.id)).rejects.toMatchObject({ code: 'STORAGE_OBJECT_NOT_FOUND' });
    app.fault({ kind: 'status', status: 503 });
    await expect(fetched(object.id)).rejects.toMatchObject({ code: 'GCS_SERVICE_ERROR', retryable: true });
  });

  it('takes an object for one of another instance that waits in fallback storage and is not here, for a day', async () => {
    const object = await storeLocally();
    const { url } = await app.storage.downloadUrl(object.id, { filename: 'a.mp4', expiresInSeconds: 2 * 86_400 });
    await app.get(LocalObjectStore).remove(object.id);
    await expect(fetched(object.id)).rejects.toMatchObject({ code: 'STORAGE_OBJECT_ELSEWHERE', retryable: true });
    const response = await download(url);
    expect(response.statusCode).toBe(503);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    app.clock.advance(DAY_MS);
    await expect(fetched(object.id)).rejects.toMatchObject({ code: 'STORAGE_OBJECT_NOT_FOUND' });
    expect((await download(url)).statusCode).toBe(404);
  });

  it('notices a damaged local copy and leaves no file', async () => {
    const object = await storeLocally();
    await writeFile(app.get(LocalObjectStore).path(object.id), 'damaged');
    await expect(fetched(object.id)).rejects.toMatchObject({ code: 'STORAGE_CHECKSUM_MISMATCH' });
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

  describe('removal', () => {
    it('removes an object from GCS at once', async () => {
      const object = await app.store();
      await app.storage.remove(object.id);
      await app.storage.remove(object.id);
      expect(await app.bucketNames()).toEqual([]);
      expect((await app.row(object.id)).status).toBe('removed');
      await expect(fetched(object.id)).rejects.toMatchObject({ code: 'STORAGE_OBJECT_NOT_FOUND' });
      await expect(
        app.storage.downloadUrl(object.id, { filename: 'a.mp4', expiresInSeconds: 60 }),
      ).rejects.toMatchObject({ code: 'DOWNLOAD_EXPIRED', status: 410 });
    });

    it('deletes when GCS works again what it did not delete before', async () => {
      const object = await app.store();
      app.fault({ kind: 'status', status: 503, times: 3 });
      await app.storage.remove(object.id);
      expect(await app.bucketNames()).toHaveLength(1);
      app.policy.isolate();
      app.policy.reset();
      await eventually('the object is gone', async () => (await app.bucketNames()).length === 0);
    });

    it('leaves to the sweep what GCS does not delete now', async () => {
      const object = await app.store();
      app.fault({ kind: 'status', status: 403 });
      await app.storage.remove(object.id);
      expect(await app.row(object.id)).toMatchObject({
        status: 'removing',
        last_error_code: 'STORAGE_PERMISSION_DENIED',
      });
      app.heal();
      app.clock.advance(2 * HOUR_MS);
      expect(await sweep()).toMatchObject({ erased: 1, failed: 0 });
      expect((await app.row(object.id)).status).toBe('removed');
      expect(await app.bucketNames()).toEqual([]);
    });

    it('sweeps pending rows of killed processes a day later, with their bytes on either side', async () => {
      const inGcs = await app.store();
      const onDisk = await storeLocally();
      await app.database.dataSource.query(
        "UPDATE stored_objects SET status = 'pending', location = NULL, generation = NULL",
      );
      app.clock.advance(DAY_MS - 60_000);
      await sweep();
      expect(await app.bucketNames()).toHaveLength(1);
      app.clock.advance(120_000);
      await sweep();
      app.clock.advance(2 * HOUR_MS);
      await sweep();
      expect((await app.row(inGcs.id)).status).toBe('removed');
      expect((await app.row(onDisk.id)).status).toBe('removed');
      expect(await app.bucketNames()).toEqual([]);
      expect(await app.localFiles()).toEqual([]);
    });

    it('keeps what a feature refers to and sweeps what none does, once somebody has said how to tell', async () => {
      const kept = await app.store();
      const orphan = await app.store();
      app.clock.advance(DAY_MS + 1);
      expect((await sweep()).givenUp).toBe(0);
      app.get(ObjectReferences).register(async (ids) => ids.filter((id) => id === kept.id));
      expect((await sweep()).givenUp).toBe(1);
      expect((await app.row(kept.id)).status).toBe('stored');
      expect((await app.row(orphan.id)).status).toBe('removing');
    });

    it('removes objects after their retention', async () => {
      app.get(ObjectReferences).register(async (ids) => ids);
      const object = await app.store();
      app.clock.advance(30 * DAY_MS - HOUR_MS);
      await sweep();
      expect((await app.row(object.id)).status).toBe('stored');
      app.clock.advance(HOUR_MS + 1);
      await sweep();
      app.clock.advance(2 * HOUR_MS);
      await sweep();
      expect((await app.row(object.id)).status).toBe('removed');
      expect(await app.bucketNames()).toEqual([]);
    });
  });

  describe('downloads', () => {
    const options = { filename: 'Mein Lied – ♥ "1".mp4', expiresInSeconds: 86_400 };

    it('links to GCS with a signature that GCS accepts', async () => {
      const content = randomBytes(20_000);
      const object = await app.store(content);
      const { url, expiresAt } = await app.storage.downloadUrl(object.id, options);
      expect(expiresAt.getTime() - app.clock.now().getTime()).toBeGreaterThan(86_390_000);
      const response = await fetch(url);
      expect(response.status).toBe(200);
      expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
    });

    it('serves a local object whole, in part and not at all when it is known', async () => {
      const content = randomBytes(700_000);
      const object = await storeLocallyHeld(content);
      const { url } = await app.storage.downloadUrl(object.id, options);
      const whole = await download(url);
      expect(whole.statusCode).toBe(200);
      expect(whole.rawPayload.equals(content)).toBe(true);
      expect(whole.headers).toMatchObject({
        'content-type': 'video/mp4',
        'accept-ranges': 'bytes',
        'content-length': '700000',
      });
      expect(whole.headers['content-disposition']).toContain(
        "filename*=UTF-8''Mein%20Lied%20%E2%80%93%20%E2%99%A5%20%221%22.mp4",
      );
      const etag = String(whole.headers.etag);

      const part = await download(url, { range: 'bytes=1000-1999' });
      expect(part.statusCode).toBe(206);
      expect(part.headers['content-range']).toBe('bytes 1000-1999/700000');
      expect(part.rawPayload.equals(content.subarray(1_000, 2_000))).toBe(true);
      const tail = await download(url, { range: 'bytes=-10', 'if-range': etag });
      expect(tail.rawPayload.equals(content.subarray(-10))).toBe(true);
      expect((await download(url, { range: 'bytes=0-9', 'if-range': '"other"' })).statusCode).toBe(200);

      const beyond = await download(url, { range: 'bytes=700000-' });
      expect(beyond.statusCode).toBe(416);
      expect(beyond.headers['content-range']).toBe('bytes */700000');
      expect(beyond.json()).toMatchObject({
        error: { code: 'RANGE_NOT_SATISFIABLE', details: { size_bytes: 700_000 } },
      });

      expect((await download(url, { 'if-none-match': etag })).statusCode).toBe(304);
      const head = await download(url, {}, 'HEAD');
      expect([head.statusCode, head.headers['content-length'], head.rawPayload.length]).toEqual([200, '700000', 0]);
    });

    it('takes a signature of our own for no proof that GCS is well', async () => {
      const object = await app.store();
      app.fault({ kind: 'status', status: 503 });
      // Two uploads of three attempts each would be six failures in a row, were they not told apart by links.
      await app.store();
      await app.storage.downloadUrl(object.id, { filename: 'a.mp4', expiresInSeconds: 60 });
      expect(app.policy.snapshot().failureCount).toBe(3);
      await app.store();
      expect(app.policy.state).toBe('open');
      await expect(
        app.storage.downloadUrl(object.id, { filename: 'a.mp4', expiresInSeconds: 60 }),
      ).rejects.toMatchObject({ code: 'GCS_UNAVAILABLE' });
    });

    it('leads to GCS once the object has moved there', async () => {
      const content = randomBytes(5_000);
      const object = await storeLocallyHeld(content);
      const { url } = await app.storage.downloadUrl(object.id, options);
      app.policy.reset();
      await replicate();
      const moved = await download(url);
      expect(moved.statusCode).toBe(302);
      const response = await fetch(String(moved.headers.location));
      expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
    });

    it('refuses links that are forged, renamed, expired, or whose object is gone', async () => {
      const object = await storeLocallyHeld();
      const { url } = await app.storage.downloadUrl(object.id, options);
      const code = async (given: string): Promise<unknown> => {
        const response = await download(given);
        return [response.statusCode, response.json<{ error: { code: string } }>().error.code];
      };
      const flipped = url.replace(/downloads\/(.)/, (_, first: string) => `downloads/${first === 'A' ? 'B' : 'A'}`);
      expect(await code(flipped)).toEqual([404, 'DOWNLOAD_NOT_FOUND']);
      expect(await code('/api/downloads/nonsense?filename=a')).toEqual([404, 'DOWNLOAD_NOT_FOUND']);
      expect(await code(`${url}.exe`)).toEqual([404, 'DOWNLOAD_NOT_FOUND']);
      expect(await code(url.split('?')[0] ?? '')).toEqual([422, 'VALIDATION_ERROR']);
      app.clock.advance(86_400_000);
      expect(await code(url)).toEqual([410, 'DOWNLOAD_EXPIRED']);
      const { url: fresh } = await app.storage.downloadUrl(object.id, options);
      await app.storage.remove(object.id);
      expect(await code(fresh)).toEqual([410, 'DOWNLOAD_EXPIRED']);
    });

    async function storeLocallyHeld(content?: Buffer): Promise<StoredObject> {
      app.policy.isolate();
      return await app.store(content);
    }
  });

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
