import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredObjectRecord } from '../../../src/storage/entities/stored-object-record.entity.js';
import { RunningDigest } from '../../../src/storage/file-digest.js';
import type { Query } from '../books.js';
import type { ProductUnderTest } from '../product.js';
import type { SandboxView } from '../sandbox-view.js';

type ObjectRow = Pick<
  StoredObjectRecord,
  'id' | 'objectName' | 'kind' | 'crc32c' | 'status' | 'location' | 'generation'
> & { readonly sizeBytes: string };

interface ReferenceRow {
  readonly objectId: string;
  readonly jobId: string;
  readonly kind: ObjectRow['kind'];
}

const OBJECTS = `
  SELECT id, object_name AS "objectName", kind, crc32c, size_bytes AS "sizeBytes", status, location, generation
    FROM stored_objects`;

/** What jobs hold on to: a track for as long as it is named, video and thumbnail once the job is complete. */
const REFERENCES = `
  SELECT audio_object_id AS "objectId", id AS "jobId", 'audio' AS kind FROM render_jobs WHERE audio_object_id IS NOT NULL
  UNION ALL SELECT video_object_id, id, 'video' FROM render_jobs WHERE status = 'completed'
  UNION ALL SELECT thumbnail_object_id, id, 'thumbnail' FROM render_jobs WHERE status = 'completed'`;

/** Digests of what was read before, by name and generation: an object in Cloud Storage never changes. */
const read = new Map<string, string>();

/** Jobs against the register of objects, and the register against bucket and disk, the bytes read again. */
export async function objectDiscrepancies(query: Query, product: ProductUnderTest): Promise<readonly string[]> {
  const rows = await query<ObjectRow>(OBJECTS);
  const references = await query<ReferenceRow>(REFERENCES);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const referenced = new Set(references.map(({ objectId }) => objectId));
  return [
    ...references.flatMap((reference) => referenceProblems(reference, byId.get(reference.objectId))),
    ...rows
      .filter(({ id, status }) => status === 'pending' || (status === 'stored' && !referenced.has(id)))
      .map(({ objectName, status }) => `object ${objectName} is ${status} and no job holds on to it`),
    ...(await bucketProblems(rows, product.sandbox)),
    ...diskProblems(byId, product.fallbackDir),
  ];
}

function referenceProblems({ jobId, kind }: ReferenceRow, object: ObjectRow | undefined): readonly string[] {
  if (object === undefined) return [`job ${jobId} names a ${kind} that the register does not know`];
  return object.status === 'stored' ? [] : [`the ${kind} of job ${jobId} is ${object.status}`];
}

async function bucketProblems(rows: readonly ObjectRow[], sandbox: SandboxView): Promise<readonly string[]> {
  const problems: string[] = [];
  const present = new Map((await sandbox.objects()).map((object) => [object.name, object]));
  for (const row of rows) {
    const object = present.get(row.objectName);
    present.delete(row.objectName);
    const stored = row.status === 'stored' && row.location === 'gcs';
    if (object === undefined) {
      if (stored) problems.push(`object ${row.objectName} is not in the bucket`);
    } else if (!stored) {
      problems.push(`object ${row.objectName} is in the bucket although its row says ${row.status} ${row.location}`);
    } else if (object.generation !== row.generation) {
      problems.push(`object ${row.objectName} has another generation than its row`);
    } else {
      const key = `${row.objectName}#${object.generation}`;
      const found = read.get(key) ?? digestOf(await sandbox.bytes(row.objectName));
      read.set(key, found);
      if (found !== `${row.sizeBytes} ${row.crc32c}`)
        problems.push(`object ${row.objectName} has other bytes in the bucket`);
    }
  }
  return [...problems, ...[...present.keys()].map((name) => `object ${name} in the bucket is nobody's`)];
}

function diskProblems(byId: ReadonlyMap<string, ObjectRow>, fallbackDir: string): readonly string[] {
  const files = filesBelow(join(fallbackDir, 'objects'));
  const here = new Set(files.map(({ name }) => name));
  const local = [...byId.values()].filter(({ status, location }) => status === 'stored' && location === 'local');
  return [
    ...filesBelow(join(fallbackDir, 'parts')).map(({ name }) => `${name} in fallback storage was never finished`),
    ...files
      .filter(({ name }) => byId.get(name)?.location !== 'local' || byId.get(name)?.status !== 'stored')
      .map(({ name }) => `the copy of ${name} in fallback storage is nobody's`),
    ...local.flatMap(({ id, objectName, sizeBytes, crc32c }) => {
      if (!here.has(id)) return [`object ${objectName} is not in fallback storage`];
      const bytes = readFileSync(join(fallbackDir, 'objects', id.slice(-2), id));
      return digestOf(bytes) === `${sizeBytes} ${crc32c}`
        ? [`object ${objectName} still waits in fallback storage`]
        : [`object ${objectName} has other bytes in fallback storage`];
    }),
  ];
}

function digestOf(bytes: Uint8Array): string {
  const digest = new RunningDigest();
  digest.update(bytes);
  return `${digest.value.sizeBytes} ${digest.value.crc32c}`;
}

function filesBelow(directory: string): readonly Dirent[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
}
