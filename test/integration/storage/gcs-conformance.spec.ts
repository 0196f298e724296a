import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_RESILIENCE } from '../../../src/config/resilience-settings.js';
import { testConfig } from '../../../src/config/testing.js';
import { DependencyPolicy } from '../../../src/platform/resilience/dependency-policy.js';
import { PolicyEvents } from '../../../src/platform/resilience/policy-events.js';
import { SystemClock } from '../../../src/platform/time/index.js';
import { sandboxUrls } from '../../../src/sandbox/index.js';
import { startTestSandbox, TEST_CREDENTIALS, type TestSandbox } from '../../../src/sandbox/testing.js';
import { Bucket } from '../../../src/storage/bucket.js';
import { translateGcsError } from '../../../src/storage/drivers/gcs-errors.js';
import { GcsDriver } from '../../../src/storage/drivers/gcs.driver.js';
import { StoredObjectRecord } from '../../../src/storage/entities/stored-object-record.entity.js';
import { digestFile, type FileDigest } from '../../../src/storage/file-digest.js';
import { InstructedProxy } from '../../support/instructed-proxy.js';

interface Scenario {
  readonly id: number;
  readonly description: string;
  readonly cases: readonly { readonly instructions: readonly string[] }[];
  readonly methods: readonly { readonly name: string }[];
  readonly preconditionProvided: boolean;
  readonly expectSuccess: boolean;
}

const SCENARIOS = (
  JSON.parse(readFileSync(new URL('../../fixtures/gcs-retry/retry_tests.json', import.meta.url), 'utf8')) as {
    readonly retryTests: readonly Scenario[];
  }
).retryTests;

type Call = 'upload' | 'describe' | 'download' | 'remove';

/** The operations that the driver uses, and by which of its calls. */
const USED: Readonly<Record<string, readonly Call[]>> = {
  'storage.objects.insert': ['upload'],
  'storage.objects.get': ['describe', 'download'],
  'storage.objects.delete': ['remove'],
};

/** Every other operation of the scenarios, with the reason why the driver has no use for it. */
const NOT_USED: Readonly<Record<string, string>> = {
  'storage.buckets': 'the bucket is made and configured by whoever runs the product',
  'storage.bucket_acl': 'who may enter the bucket is decided outside the product',
  'storage.default_object_acl': 'objects are private; customers get signed URLs',
  'storage.object_acl': 'objects are private; customers get signed URLs',
  'storage.hmacKey': 'the product signs with its service account',
  'storage.notifications': 'nothing listens to changes of the bucket',
  'storage.serviceaccount': 'no keys of the customer are used for encryption',
  'storage.objects.list': 'the register in PostgreSQL knows every object',
  'storage.objects.compose': 'an object is uploaded whole',
  'storage.objects.copy': 'an object is never copied or renamed',
  'storage.objects.rewrite': 'an object is never copied or renamed',
  'storage.objects.patch': 'the description of an object never changes',
  'storage.objects.update': 'the description of an object never changes',
};

const UNCONDITIONAL = 3;
const DOWNLOADS = 8;
const MEBIBYTE = 1_048_576;

/** What a case is: a scenario, one of its lists of instructions, and a call of ours that it applies to. */
const CASES = SCENARIOS.filter(({ id }) => id !== UNCONDITIONAL).flatMap((scenario) =>
  scenario.methods.flatMap(({ name }) =>
    (USED[name] ?? [])
      // A description is read whole before it is looked at: the scenario is about the bytes of an object.
      .filter((call) => scenario.id !== DOWNLOADS || call === 'download')
      .flatMap((call) => scenario.cases.map(({ instructions }) => ({ ...scenario, name, call, instructions }))),
  ),
);

/**
 * Our decisions to retry against the scenarios by which Google tests its own clients (test/fixtures/gcs-retry).
 * Real: policy, driver, SDK, HTTP, files. Fake: the bucket, by the sandbox's double, behind a proxy that follows instructions.
 */
describe('Retries of Cloud Storage, by the conformance scenarios of Google', () => {
  let sandbox: TestSandbox;
  let proxy: InstructedProxy;
  let dir: string;
  let driver: GcsDriver;
  let small: { readonly path: string; readonly digest: FileDigest };
  let large: typeof small;
  let count = 0;

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    proxy = await InstructedProxy.start(sandboxUrls(sandbox.sandbox.url).gcsApiEndpoint);
    dir = await mkdtemp(join(tmpdir(), 'oriel-gcs-conformance-'));
    driver = driverAt(proxy.url);
    [small, large] = await Promise.all([file('small', 100_000), file('large', 9 * MEBIBYTE)]);
  });

  afterAll(async () => {
    await proxy.close();
    await sandbox.close();
    await rm(dir, { recursive: true, force: true });
  });

  async function file(name: string, sizeBytes: number): Promise<typeof small> {
    const path = join(dir, name);
    await writeFile(path, randomBytes(sizeBytes));
    return { path, digest: await digestFile(path) };
  }

  function driverAt(endpoint: string): GcsDriver {
    const credentials = { clientEmail: TEST_CREDENTIALS.clientEmail, privateKey: sandbox.gcsPrivateKey };
    const config = { bucket: TEST_CREDENTIALS.bucket, projectId: 'test', apiEndpoint: endpoint, credentials };
    return new GcsDriver({ ...config, keyFilename: null }, new SystemClock());
  }

  /** A policy of its own for each case, as budget and circuit remember; its pauses are as short as it makes them. */
  function freshPolicy(): DependencyPolicy {
    const ports = { events: new PolicyEvents(console), clock: new SystemClock(), random: () => 0 };
    return new DependencyPolicy('gcs', DEFAULT_RESILIENCE.gcs, ports);
  }

  function freshRecord(digest: FileDigest): StoredObjectRecord {
    return Object.assign(new StoredObjectRecord(), {
      objectName: `videos/${(count += 1)}-track.mp4`,
      contentType: 'video/mp4',
      ...digest,
    });
  }

  /** Does `call` as the product does it, and checks what it left behind when it succeeded. */
  async function perform(call: Call, record: StoredObjectRecord, path: string): Promise<void> {
    const bucket = new Bucket(freshPolicy(), driver, testConfig());
    const direct = driverAt(sandboxUrls(sandbox.sandbox.url).gcsApiEndpoint);
    const present = async (): Promise<unknown> =>
      await direct.describe(record.objectName, new AbortController().signal);
    switch (call) {
      case 'upload': {
        const placement = await bucket.upload(record, path);
        expect(await present()).toEqual({
          sizeBytes: record.sizeBytes,
          crc32c: record.crc32c,
          generation: placement.generation,
        });
        return;
      }
      case 'download': {
        const copy = `${path}.copy`;
        const { sizeBytes, crc32c } = record;
        expect(await bucket.download(record, copy)).toEqual({ sizeBytes, crc32c });
        expect(await digestFile(copy)).toEqual({ sizeBytes, crc32c });
        return;
      }
      case 'describe':
        // Without a generation that is known, the object is asked for it.
        await bucket.remove(record.objectName, null);
        expect(await present()).toBeNull();
        return;
      case 'remove': {
        const stored = (await present()) as { readonly generation: string };
        await bucket.remove(record.objectName, stored.generation);
        expect(await present()).toBeNull();
      }
    }
  }

  async function stored({ path, digest }: typeof small): Promise<StoredObjectRecord> {
    const record = freshRecord(digest);
    proxy.instruct('', []);
    await new Bucket(freshPolicy(), driver, testConfig()).upload(record, path);
    return record;
  }

  it('accounts for every operation of the scenarios', () => {
    const names = new Set(SCENARIOS.flatMap(({ methods }) => methods.map(({ name }) => name)));
    const isUnused = (name: string): boolean => name in NOT_USED || name.split('.').slice(0, 2).join('.') in NOT_USED;
    expect([...names].filter((name) => !(name in USED) && !isUnused(name))).toEqual([]);
    const known = [...Object.keys(USED), ...Object.keys(NOT_USED)];
    expect(known.filter((name) => ![...names].some((given) => `${given}.`.startsWith(`${name}.`)))).toEqual([]);
  });

  it.each(CASES)('$id $description: $name by $call after $instructions', async (given) => {
    const source = given.instructions.some((instruction) => instruction.includes('-after-')) ? large : small;
    const record = given.call === 'upload' ? freshRecord(source.digest) : await stored(source);
    proxy.instruct(given.name, given.instructions);

    const performed = perform(given.call, record, source.path);

    if (given.expectSuccess) await performed;
    else await expect(performed).rejects.toMatchObject({ retryable: false });
    const requests = proxy.seen.filter(({ operation }) => operation === given.name);
    expect(proxy.pending).toBe(0);
    expect(requests).toHaveLength(given.instructions.length + (given.expectSuccess ? 1 : 0));
    // What makes it right to repeat what changes something.
    const changing = proxy.seen.filter(({ operation }) => operation !== 'storage.objects.get');
    expect(changing.every(({ operation, conditional }) => operation in USED && conditional)).toBe(true);
  });

  describe('3 conditionally_idempotent_no_retries_when_precondition_is_absent', () => {
    const scenario = SCENARIOS.find(({ id }) => id === UNCONDITIONAL);
    const cases = (scenario?.methods ?? [])
      .filter(({ name }) => name in USED)
      .flatMap(({ name }) => (scenario?.cases ?? []).map(({ instructions }) => ({ name, instructions })));

    /** The driver has no such request, so the test makes it. */
    async function unconditionally(operation: string): Promise<void> {
      const object = encodeURIComponent('videos/unconditional.mp4');
      const [method, path] =
        operation === 'storage.objects.delete'
          ? ['DELETE', `/storage/v1/b/${TEST_CREDENTIALS.bucket}/o/${object}`]
          : ['POST', `/upload/storage/v1/b/${TEST_CREDENTIALS.bucket}/o?uploadType=media&name=${object}`];
      try {
        const answer = await fetch(`${proxy.url}${path}`, { method, ...(method === 'POST' ? { body: 'video' } : {}) });
        if (!answer.ok) throw Object.assign(new Error('refused'), { code: answer.status });
      } catch (error) {
        throw translateGcsError(error, operation, new Date());
      }
    }

    it.each(cases)('$name after $instructions: sent once where it is said to be unsafe', async (given) => {
      proxy.instruct(given.name, given.instructions);
      const call = freshPolicy().execute('unconditional', () => unconditionally(given.name), { retrySafe: false });
      await expect(call).rejects.toMatchObject({ retryable: true });
      expect(proxy.seen).toEqual([expect.objectContaining({ operation: given.name, conditional: false })]);
      expect(proxy.pending).toBe(0);
    });

    it('does not arise, as every request of the driver that changes something has its precondition', async () => {
      const record = await stored(small);
      await perform('remove', record, small.path);
      expect(proxy.seen.map(({ operation, conditional }) => [operation, conditional])).toEqual([
        ['storage.objects.insert', true],
        ['storage.objects.delete', true],
      ]);
    });
  });

  describe('an upload whose answer was lost', () => {
    const answers = (): readonly (number | null)[] =>
      proxy.seen.filter(({ operation }) => operation === 'storage.objects.insert').map(({ status }) => status);

    it('is found again by the refusal of its repeat (412) and taken for ours by its checksum', async () => {
      proxy.instruct('storage.objects.insert', ['lost-answer']);
      await perform('upload', freshRecord(small.digest), small.path);
      expect(answers()).toEqual([null, 412]);
    });

    it('is replaced when what lies under its name has another checksum', async () => {
      const record = freshRecord(small.digest);
      const damaged = Object.assign(new StoredObjectRecord(), record, large.digest);
      proxy.instruct('', []);
      await new Bucket(freshPolicy(), driver, testConfig()).upload(damaged, large.path);
      proxy.instruct('storage.objects.insert', ['return-503']);
      await perform('upload', record, small.path);
      expect(answers()).toEqual([503, 412, 200]);
    });
  });
});
