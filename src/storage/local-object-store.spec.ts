import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../platform/time/index.js';
import { digestFile, type FileDigest } from './file-digest.js';
import { LocalObjectStore } from './local-object-store.js';

describe('LocalObjectStore', () => {
  let dir: string;
  let source: string;
  let digest: FileDigest;
  let store: LocalObjectStore;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'oriel-local-'));
    source = join(dir, 'source');
    await writeFile(source, Buffer.alloc(600_000, 'music'));
    digest = await digestFile(source);
    store = new LocalObjectStore(join(dir, 'store'), 0);
  });

  afterEach(async () => {
    await rm(dir, { recursive: true, force: true });
  });

  const parts = () => readdir(join(dir, 'store', 'parts'));

  it('keeps a file and forgets it', async () => {
    const id = newId();
    await store.put(id, source, digest);
    expect((await readFile(store.path(id))).equals(await readFile(source))).toBe(true);
    expect(await store.has(id)).toBe(true);
    await store.remove(id);
    await store.remove(id);
    expect(await store.has(id)).toBe(false);
    expect(await parts()).toEqual([]);
  });

  it('leaves nothing when the content is not what was announced', async () => {
    const id = newId();
    const wrong = { ...digest, crc32c: 'AAAAAA==' };
    await expect(store.put(id, source, wrong)).rejects.toMatchObject({ code: 'STORAGE_CHECKSUM_MISMATCH' });
    expect(await store.has(id)).toBe(false);
    expect(await parts()).toEqual([]);
  });

  it('leaves nothing when it is stopped', async () => {
    const id = newId();
    await expect(store.put(id, source, digest, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(await store.has(id)).toBe(false);
    expect(await parts()).toEqual([]);
  });

  it('refuses what would leave too little space', async () => {
    const full = new LocalObjectStore(join(dir, 'store'), Number.MAX_SAFE_INTEGER);
    await expect(full.put(newId(), source, digest)).rejects.toMatchObject({ code: 'STORAGE_QUOTA_EXCEEDED' });
    await expect(full.requireSpace(0)).rejects.toMatchObject({ code: 'STORAGE_QUOTA_EXCEEDED' });
  });

  it('says so when its directory cannot be', async () => {
    const misplaced = new LocalObjectStore(join(source, 'below-a-file'), 0);
    await expect(misplaced.put(newId(), source, digest)).rejects.toMatchObject({ code: 'STORAGE_ERROR' });
  });

  it('lists what it has', async () => {
    const ids = [newId(), newId(), newId()];
    for (const id of ids) await store.put(id, source, digest);
    const listed: string[] = [];
    for await (const { id } of store.list()) listed.push(id);
    expect(listed.sort()).toEqual(ids.sort());
  });

  it('removes the unfinished writes of killed processes, but not those under way', async () => {
    await store.requireSpace(0);
    const old = join(dir, 'store', 'parts', 'old');
    const fresh = join(dir, 'store', 'parts', 'fresh');
    await writeFile(old, 'x');
    await writeFile(fresh, 'x');
    const now = new Date('2030-01-01T00:00:00Z');
    await utimes(old, now, new Date(now.getTime() - 7_200_000));
    await utimes(fresh, now, now);
    expect(await store.removeAbandonedParts(new Date(now.getTime() - 3_600_000))).toBe(1);
    expect(await parts()).toEqual(['fresh']);
  });
});
