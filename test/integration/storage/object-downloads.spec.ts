import { randomBytes } from 'node:crypto';
import { StorageApp } from './storage-app.js';

describe('ObjectStorage downloads', () => {
  let app: StorageApp;

  beforeEach(async () => {
    app = await StorageApp.start();
  });

  afterEach(async () => {
    await app.close();
  });

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
    const object = await app.storeHeld(content);
    const { url } = await app.storage.downloadUrl(object.id, options);
    const whole = await app.download(url);
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

    const part = await app.download(url, { range: 'bytes=1000-1999' });
    expect(part.statusCode).toBe(206);
    expect(part.headers['content-range']).toBe('bytes 1000-1999/700000');
    expect(part.rawPayload.equals(content.subarray(1_000, 2_000))).toBe(true);
    const tail = await app.download(url, { range: 'bytes=-10', 'if-range': etag });
    expect(tail.rawPayload.equals(content.subarray(-10))).toBe(true);
    expect((await app.download(url, { range: 'bytes=0-9', 'if-range': '"other"' })).statusCode).toBe(200);

    const beyond = await app.download(url, { range: 'bytes=700000-' });
    expect(beyond.statusCode).toBe(416);
    expect(beyond.headers['content-range']).toBe('bytes */700000');
    expect(beyond.json()).toMatchObject({
      error: { code: 'RANGE_NOT_SATISFIABLE', details: { size_bytes: 700_000 } },
    });

    expect((await app.download(url, { 'if-none-match': etag })).statusCode).toBe(304);
    const head = await app.download(url, {}, 'HEAD');
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
    await expect(app.storage.downloadUrl(object.id, { filename: 'a.mp4', expiresInSeconds: 60 })).rejects.toMatchObject(
      { code: 'GCS_UNAVAILABLE' },
    );
  });

  it('leads to GCS once the object has moved there', async () => {
    const content = randomBytes(5_000);
    const object = await app.storeHeld(content);
    const { url } = await app.storage.downloadUrl(object.id, options);
    app.policy.reset();
    await app.replicate();
    const moved = await app.download(url);
    expect(moved.statusCode).toBe(302);
    const response = await fetch(String(moved.headers.location));
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
  });

  it('refuses links that are forged, renamed, expired, or whose object is gone', async () => {
    const object = await app.storeHeld();
    const { url } = await app.storage.downloadUrl(object.id, options);
    const code = async (given: string): Promise<unknown> => {
      const response = await app.download(given);
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
});
