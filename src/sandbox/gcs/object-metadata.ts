import { invalidRequest } from './gcs-error.js';

/** What a client may say about an object it uploads. */
export interface ObjectDescription {
  readonly contentType: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly storageClass?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Checksums that the content must have. */
  readonly crc32c?: string;
  readonly md5Hash?: string;
}

/** An object as it is kept; `file` is the name of the file that holds its bytes. */
export interface StoredObject {
  readonly bucket: string;
  readonly name: string;
  readonly generation: string;
  readonly metageneration: string;
  readonly sizeBytes: number;
  readonly crc32c: string;
  readonly md5Hash: string;
  readonly created: string;
  readonly description: ObjectDescription;
  readonly file: string;
}

const TEXT_FIELDS = [
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'contentLanguage',
  'storageClass',
  'crc32c',
  'md5Hash',
] as const;

/** Reads the object resource that comes with an upload. @throws GcsRefusal 400 */
export function readDescription(resource: unknown, fallbackContentType: string | undefined): ObjectDescription {
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) {
    throw invalidRequest('The object resource must be a JSON object.');
  }
  const input = resource as Readonly<Record<string, unknown>>;
  const text = (field: string): string | undefined => {
    const value = input[field];
    if (value !== undefined && value !== null && typeof value !== 'string') {
      throw invalidRequest(`Invalid value for: ${field}`);
    }
    return value ?? undefined;
  };
  const custom = input['metadata'];
  if (custom !== undefined && (typeof custom !== 'object' || custom === null || Array.isArray(custom))) {
    throw invalidRequest('Invalid value for: metadata');
  }
  return {
    contentType: text('contentType') ?? fallbackContentType ?? 'application/octet-stream',
    ...Object.fromEntries(
      TEXT_FIELDS.flatMap((field) => {
        const value = text(field);
        return value === undefined ? [] : [[field, value]];
      }),
    ),
    ...(custom === undefined
      ? {}
      : { metadata: Object.fromEntries(Object.entries(custom).map(([key, value]) => [key, String(value)])) }),
  };
}

/** The object resource of the JSON API (cloud.google.com/storage/docs/json_api/v1/objects). */
export function toResource(object: StoredObject, origin: string): Readonly<Record<string, unknown>> {
  const path = `/storage/v1/b/${encodeURIComponent(object.bucket)}/o/${encodeURIComponent(object.name)}`;
  const { crc32c: _crc32c, md5Hash: _md5Hash, ...description } = object.description;
  return {
    kind: 'storage#object',
    id: `${object.bucket}/${object.name}/${object.generation}`,
    selfLink: `${origin}${path}`,
    mediaLink: `${origin}/download${path}?generation=${object.generation}&alt=media`,
    name: object.name,
    bucket: object.bucket,
    generation: object.generation,
    metageneration: object.metageneration,
    storageClass: 'STANDARD',
    ...description,
    size: String(object.sizeBytes),
    md5Hash: object.md5Hash,
    crc32c: object.crc32c,
    etag: etagOf(object),
    timeCreated: object.created,
    updated: object.created,
    timeStorageClassUpdated: object.created,
  };
}

export function etagOf(object: StoredObject): string {
  return Buffer.from(`${object.generation}/${object.metageneration}`).toString('base64');
}
