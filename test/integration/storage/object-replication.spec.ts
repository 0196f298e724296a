import { randomBytes } from 'node:crypto';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { LocalDirectorySweep } from '../../../src/storage/local-directory-sweep.js';
import { LocalObjectStore } from '../../../src/storage/local-object-store.js';
import { ObjectRegister } from '../../../src/storage/object-register.js';
import { eventually } from '../../support/eventually.js';
import { StorageApp } from './storage-app.js';

const HOUR_MS = 3_600_000;

describe('ObjectStorage', () => {
  let app: StorageApp;
  const signal = new AbortController().signal;

  beforeEach(async () => {
    app = await StorageApp.start();
  });

  afterEach(async () => {
    await app.close();
  });

  it.each(['refuse', 'reset', 'rate_limit', 'auth', 'truncate', 'malformed', 'lost_answer'] as const)(
    'keeps an object in fallback storage while GCS suffers from %s, and moves it when that is over',
    async (kind) => {
      app.fault({ kind, ...(kind === 'rate_limit' ? { retry_after: 1 } : {}) });
      const content = randomBytes(50_000);
      const object = await app.store(content);
      expect(object.location).toBe('local');
      expect((await app.row(object.id)).status).toBe('stored');
      expect((await app.fetched(object.id)).equals(content)).toBe(true);
      app.heal();
      expect(await app.replicate()).toBe(1);
      expect(await app.row(object.id)).toMatchObject({ location: 'gcs', status: 'stored' });
      expect(await app.bucketNames()).toHaveLength(1);
      expect(await app.localFiles()).toEqual([]);
      expect((await app.fetched(object.id)).equals(content)).toBe(true);
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
    await Promise.all(Array.from({ length: 6 }, () => app.storeHeld()));
    app.policy.reset();
    await Promise.all([app.replicate(), app.replicate(), app.replicate()]);
    await app.replicate();
    expect(await app.bucketNames()).toHaveLength(6);
    expect((await app.rows()).every(({ location }) => location === 'gcs')).toBe(true);
    expect(await app.localFiles()).toEqual([]);
  });

  it('lets no object wait for one whose copy is damaged, and does not blame GCS for it', async () => {
    const damaged = await app.storeLocally();
    const unreadable = await app.storeLocally();
    const whole = await app.storeLocally();
    const local = app.get(LocalObjectStore);
    await writeFile(local.path(damaged.id), 'something else');
    await rm(local.path(unreadable.id));
    await mkdir(local.path(unreadable.id));
    expect(await app.replicate()).toBe(1);
    expect(await app.row(whole.id)).toMatchObject({ location: 'gcs' });
    for (const { id } of [damaged, unreadable]) {
      expect(await app.row(id)).toMatchObject({ location: 'local', last_error_code: 'STORAGE_CHECKSUM_MISMATCH' });
    }
    expect(app.policy.snapshot()).toMatchObject({ state: 'closed', failureCount: 0 });
  });

  it('leaves an object that was removed while it was replicated nowhere', async () => {
    await app.storeLocally();
    const register = app.get(ObjectRegister);
    const relocate = register.relocate.bind(register);
    register.relocate = async (id, generation) => {
      await app.storage.remove(id);
      return await relocate(id, generation);
    };
    await app.replicate();
    expect(await app.bucketNames()).toEqual([]);
    expect(await app.localFiles()).toEqual([]);
  });

  it('goes on after a kill between upload and row, and between row and local copy', async () => {
    const object = await app.storeLocally();
    const register = app.get(ObjectRegister);
    const relocate = register.relocate.bind(register);
    register.relocate = async () => {
      throw new Error('killed');
    };
    expect(await app.replicate()).toBe(0);
    register.relocate = relocate;
    expect(await app.replicate()).toBe(1);
    expect(await app.bucketNames()).toHaveLength(1);

    const local = app.get(LocalObjectStore);
    await writeFile(local.path(object.id), 'left over');
    await utimes(local.path(object.id), new Date(), new Date(app.clock.now().getTime() - 2 * HOUR_MS));
    app.clock.advance(HOUR_MS);
    await app.get(LocalDirectorySweep).run(signal);
    expect(await app.localFiles()).toEqual([]);
  });
});
