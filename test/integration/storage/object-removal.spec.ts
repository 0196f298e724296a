import { ObjectReferences } from '../../../src/storage/index.js';
import { eventually } from '../../support/eventually.js';
import { StorageApp } from './storage-app.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('ObjectStorage removal', () => {
  let app: StorageApp;

  beforeEach(async () => {
    app = await StorageApp.start();
  });

  afterEach(async () => {
    await app.close();
  });

  it('removes an object from GCS at once', async () => {
    const object = await app.store();
    await app.storage.remove(object.id);
    await app.storage.remove(object.id);
    expect(await app.bucketNames()).toEqual([]);
    expect((await app.row(object.id)).status).toBe('removed');
    await expect(app.fetched(object.id)).rejects.toMatchObject({ code: 'STORAGE_OBJECT_NOT_FOUND' });
    await expect(app.storage.downloadUrl(object.id, { filename: 'a.mp4', expiresInSeconds: 60 })).rejects.toMatchObject(
      { code: 'DOWNLOAD_EXPIRED', status: 410 },
    );
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
    expect(await app.sweep()).toMatchObject({ erased: 1, failed: 0 });
    expect((await app.row(object.id)).status).toBe('removed');
    expect(await app.bucketNames()).toEqual([]);
  });

  it('sweeps pending rows of killed processes a day later, with their bytes on either side', async () => {
    const inGcs = await app.store();
    const onDisk = await app.storeLocally();
    await app.database.dataSource.query(
      "UPDATE stored_objects SET status = 'pending', location = NULL, generation = NULL",
    );
    app.clock.advance(DAY_MS - 60_000);
    await app.sweep();
    expect(await app.bucketNames()).toHaveLength(1);
    app.clock.advance(120_000);
    await app.sweep();
    app.clock.advance(2 * HOUR_MS);
    await app.sweep();
    expect((await app.row(inGcs.id)).status).toBe('removed');
    expect((await app.row(onDisk.id)).status).toBe('removed');
    expect(await app.bucketNames()).toEqual([]);
    expect(await app.localFiles()).toEqual([]);
  });

  it('keeps what a feature refers to and sweeps what none does, once somebody has said how to tell', async () => {
    const kept = await app.store();
    const orphan = await app.store();
    app.clock.advance(DAY_MS + 1);
    expect((await app.sweep()).givenUp).toBe(0);
    app.get(ObjectReferences).register(async (ids) => ids.filter((id) => id === kept.id));
    expect((await app.sweep()).givenUp).toBe(1);
    expect((await app.row(kept.id)).status).toBe('stored');
    expect((await app.row(orphan.id)).status).toBe('removing');
  });

  it('removes objects after their retention', async () => {
    app.get(ObjectReferences).register(async (ids) => ids);
    const object = await app.store();
    app.clock.advance(30 * DAY_MS - HOUR_MS);
    await app.sweep();
    expect((await app.row(object.id)).status).toBe('stored');
    app.clock.advance(HOUR_MS + 1);
    await app.sweep();
    app.clock.advance(2 * HOUR_MS);
    await app.sweep();
    expect((await app.row(object.id)).status).toBe('removed');
    expect(await app.bucketNames()).toEqual([]);
  });
});
