import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DigestStream, digestFile, RunningDigest } from './file-digest.js';

describe('File digests', () => {
  it('are the CRC32C of the standard check value', () => {
    const digest = new RunningDigest();
    digest.update(Buffer.from('1234'));
    digest.update(Buffer.from('56789'));
    expect(digest.value).toEqual({ sizeBytes: 9, crc32c: Buffer.from('e3069283', 'hex').toString('base64') });
  });

  it('are the same for a file and for its stream', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'oriel-digest-'));
    const content = Buffer.alloc(1_000_003, 'oriel');
    await writeFile(join(dir, 'file'), content);
    let chunks = 0;
    const stream = new DigestStream(() => {
      chunks += 1;
    });
    stream.resume();
    stream.end(content);
    await new Promise((resolve) => stream.once('end', resolve));
    expect(await digestFile(join(dir, 'file'))).toEqual(stream.value);
    expect(chunks).toBe(1);
    await rm(dir, { recursive: true });
  });
});
