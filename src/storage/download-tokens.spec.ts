import { testConfig } from '../config/testing.js';
import { newId } from '../platform/time/index.js';
import { ManualClock } from '../platform/time/manual-clock.js';
import { DownloadTokens } from './download-tokens.js';

describe('DownloadTokens', () => {
  const clock = new ManualClock();
  const tokens = new DownloadTokens(clock, testConfig());
  const expiresAt = new Date(clock.now().getTime() + 60_000);
  const parts = (link: string): readonly [string, string] => {
    const url = new URL(link, 'http://localhost');
    return [url.pathname.split('/').at(-1) ?? '', url.searchParams.get('filename') ?? ''];
  };

  it.each(['track.mp4', 'Lied ♥ & "mehr"?.mp4', '', 'half \ud800'])('reads back what it issued for %j', (filename) => {
    const id = newId();
    expect(tokens.read(...parts(tokens.issue(id, filename, expiresAt)))).toBe(id);
  });

  it('is bound to its object, its name, its time and its secret', () => {
    const [token, filename] = parts(tokens.issue(newId(), 'a.mp4', expiresAt));
    const other = new DownloadTokens(clock, testConfig({ storage: { downloadSecret: 'another secret' } }));
    expect(() => other.read(token, filename)).toThrow(expect.objectContaining({ code: 'DOWNLOAD_NOT_FOUND' }));
    expect(() => tokens.read(token, 'b.exe')).toThrow(expect.objectContaining({ code: 'DOWNLOAD_NOT_FOUND' }));
    const bytes = Buffer.from(token, 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const forged = Buffer.from(bytes);
      forged[index] = (forged[index] ?? 0) ^ 1;
      expect(() => tokens.read(forged.toString('base64url'), filename)).toThrow(
        expect.objectContaining({ code: 'DOWNLOAD_NOT_FOUND' }),
      );
    }
    expect(() => tokens.read('x'.repeat(10_000), filename)).toThrow();
  });

  it('expires', () => {
    const [token, filename] = parts(tokens.issue(newId(), 'a.mp4', new Date(clock.now().getTime() + 1_000)));
    clock.advance(1_000);
    expect(() => tokens.read(token, filename)).toThrow(
      expect.objectContaining({ code: 'DOWNLOAD_EXPIRED', status: 410 }),
    );
  });
});
