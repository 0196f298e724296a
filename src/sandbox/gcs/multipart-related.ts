import { invalidRequest } from './gcs-error.js';

/** A part of a `multipart/related` body (RFC 2387): its content type and its bytes as they come in. */
export interface RelatedUpload {
  readonly resource: unknown;
  readonly contentType: string | undefined;
  readonly media: AsyncIterable<Buffer>;
}

const MAX_HEAD_BYTES = 1_048_576;
const EMPTY_LINE = Buffer.from('\r\n\r\n');

/**
 * Reads a two-part upload: the object resource as JSON, then the media, which is passed on without being collected.
 * @throws GcsRefusal 400 for anything else.
 */
export async function readRelated(contentType: string, body: AsyncIterable<Buffer>): Promise<RelatedUpload> {
  const boundary = /boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) throw invalidRequest('The multipart body has no boundary.');
  const delimiter = Buffer.from(`\r\n--${name}`);
  const source = body[Symbol.asyncIterator]();
  // The first delimiter has no line break of its own.
  let buffer: Buffer = Buffer.from('\r\n');
  const readUntil = async (mark: Buffer): Promise<Buffer> => {
    let index: number;
    while ((index = buffer.indexOf(mark)) === -1) {
      if (buffer.length > MAX_HEAD_BYTES) throw invalidRequest('The first part of the multipart body is too long.');
      const next = await source.next();
      if (next.done === true) throw invalidRequest('The multipart body ends too early.');
      buffer = Buffer.concat([buffer, next.value]);
    }
    const before = buffer.subarray(0, index);
    buffer = buffer.subarray(index + mark.length);
    return before;
  };
  await readUntil(delimiter);
  await readUntil(EMPTY_LINE);
  const resource = parseJson(await readUntil(delimiter));
  const mediaHead = (await readUntil(EMPTY_LINE)).toString('latin1');
  const type = /^content-type:[ \t]*([^\r\n]+)/im.exec(mediaHead)?.[1];
  return { resource, contentType: type?.trim(), media: mediaOf(buffer, source, delimiter) };
}

/** Everything up to the closing delimiter. Bytes are held back only as long as they may be part of it. */
async function* mediaOf(head: Buffer, source: AsyncIterator<Buffer>, delimiter: Buffer): AsyncGenerator<Buffer> {
  let buffer = head;
  for (;;) {
    const end = buffer.indexOf(delimiter);
    if (end !== -1) {
      if (end > 0) yield buffer.subarray(0, end);
      await drain(source);
      return;
    }
    const safe = buffer.length - delimiter.length + 1;
    if (safe > 0) {
      yield buffer.subarray(0, safe);
      buffer = buffer.subarray(safe);
    }
    const next = await source.next();
    if (next.done === true) throw invalidRequest('The multipart body ends too early.');
    buffer = buffer.length === 0 ? next.value : Buffer.concat([buffer, next.value]);
  }
}

async function drain(source: AsyncIterator<Buffer>): Promise<void> {
  while ((await source.next()).done !== true);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw Object.assign(invalidRequest('Parse Error'), { cause });
  }
}
