// Objects of a bucket whose versioning comes and goes, against a model that does what the AWS pages say, over a real metadata plane.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createBucketStore } from '../../../src/buckets/stored-buckets.ts';
import type { BucketRecord } from '../../../src/contracts/records.ts';
import { bodyOf, collect } from '../../../src/core/body.ts';
import type { MetadataPlane } from '../../../src/metadata/metadata-store.ts';
import { versionName, type ObjectStore } from '../../../src/objects/object-store.ts';
import type { MultipartStore } from '../../../src/objects/multipart-store.ts';
import { createObjectStore } from '../../../src/objects/stored-objects.ts';
import { createMultipartStore } from '../../../src/objects/stored-uploads.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { MetadataPlanes } from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { ObjectBench } from '../../support/object-bench.ts';

const KEYS = ['a', 'a/b', 'ä'] as const;
const BODY_BYTES_MAX = 100;

type Versioning = NonNullable<BucketRecord['versioning']>;
type Key = (typeof KEYS)[number];

interface ModelVersion {
  /** `null` or the id that the store gave. */
  readonly name: string;
  /** Absent: a delete marker. */
  readonly body?: string;
  readonly tag?: string;
}

/** Versions of every key, newest first. */
class Model {
  versioning: Versioning | undefined;
  readonly keys = new Map<string, readonly ModelVersion[]>();

  of(key: string): readonly ModelVersion[] {
    return this.keys.get(key) ?? [];
  }

  /** The version that a request without one is about, unless it is a marker. */
  current(key: string): ModelVersion | undefined {
    const [head] = this.of(key);
    return head?.body === undefined ? undefined : head;
  }

  write(key: string, version: ModelVersion): void {
    const others = this.of(key).filter(({ name }) => version.name !== 'null' || name !== 'null');
    this.keys.set(key, [version, ...others]);
  }

  replace(key: string, name: string, change: (version: ModelVersion) => ModelVersion): void {
    this.keys.set(
      key,
      this.of(key).map((version) => (version.name === name ? change(version) : version)),
    );
  }

  drop(key: string, name: string): void {
    this.keys.set(
      key,
      this.of(key).filter((version) => version.name !== name),
    );
  }

  /** As the store lists them: key, version, its content, whether it is current. */
  listed(): string[] {
    const keys = [...this.keys.keys()].sort((a, b) => Buffer.from(a).compare(Buffer.from(b)));
    return keys.flatMap((key) =>
      this.of(key).map(
        ({ name, body }, at) => `${key} ${name} ${body?.length ?? 'marker'}${at === 0 ? ' latest' : ''}`,
      ),
    );
  }
}

let nats: TestNats;
let plane: MetadataPlane;
const planes = new MetadataPlanes();
const bench = new ObjectBench();
let objects: ObjectStore;
let multipart: MultipartStore;

beforeAll(async () => {
  nats = await startNats();
  ({ plane } = await planes.open(nats.urls, 1));
  const context = { ...bench.context, metadata: plane };
  objects = createObjectStore(context);
  multipart = createMultipartStore(context);
});
afterAll(async () => {
  await planes.closeAll();
  await nats.stop();
});

class Run {
  readonly model = new Model();
  readonly #buckets = createBucketStore({ metadata: plane, clock: systemClock, random: systemRandom });
  #bucket: BucketRecord;
  #bodies = 0;

  private constructor(bucket: BucketRecord) {
    this.#bucket = bucket;
  }

  static async begin(name: string): Promise<Run> {
    const buckets = createBucketStore({ metadata: plane, clock: systemClock, random: systemRandom });
    const made = await buckets.create({ name, account: '111122223333', region: 'us-east-1' });
    if (made.kind !== 'created') throw new Error(made.kind);
    return new Run(made.record);
  }

  #at(key: string): { bucket: BucketRecord; key: string; requestId: string } {
    return { bucket: this.#bucket, key, requestId: bench.requestId() };
  }

  async setVersioning(versioning: Versioning): Promise<void> {
    const outcome = await this.#buckets.revise(this.#bucket, (current) => ({ ...current, versioning }));
    if (outcome.kind !== 'revised') throw new Error(outcome.kind);
    this.#bucket = outcome.record;
    this.model.versioning = versioning;
  }

  async put(key: string, onlyNew: boolean): Promise<void> {
    this.#bodies += 1;
    const body = 'x'.repeat(1 + (this.#bodies % BODY_BYTES_MAX));
    const conditions = onlyNew ? { ifNoneMatch: '*' } : {};
    const put = { ...this.#at(key), conditions, headers: {}, meta: {} };
    const outcome = await objects.put(put, bodyOf(Buffer.from(body)), bench.signal);
    if (onlyNew && this.model.current(key) !== undefined) {
      expect(outcome.kind).toBe('precondition-failed');
      return;
    }
    if (outcome.kind !== 'stored') throw new Error(outcome.kind);
    this.#wrote(key, versionName(outcome.record), body);
  }

  #wrote(key: string, name: string, body: string | undefined, tag?: string): void {
    if (this.model.versioning === 'Enabled') expect(name).not.toBe('null');
    else expect(name).toBe('null');
    const isKept = this.model.versioning !== undefined;
    if (!isKept) this.model.keys.delete(key);
    this.model.write(key, { name, ...(body !== undefined && { body }), ...(tag !== undefined && { tag }) });
  }

  async remove(key: string): Promise<void> {
    const outcome = await objects.remove({ ...this.#at(key), conditions: {} });
    if (this.model.versioning === undefined) {
      expect(outcome).toEqual({ kind: this.model.of(key).length > 0 ? 'removed' : 'absent' });
      this.model.keys.delete(key);
      return;
    }
    expect(outcome).toMatchObject({ kind: 'removed', deleteMarker: true });
    this.#wrote(key, (outcome as { versionId: string }).versionId, undefined);
  }

  async removeVersion(key: string, choice: number): Promise<void> {
    const version = this.#chosen(key, choice);
    const removal = { ...this.#at(key), versionId: version?.name ?? 'null', conditions: {} };
    const outcome = await objects.remove(removal);
    expect(outcome).toEqual({
      kind: version === undefined ? 'absent' : 'removed',
      versionId: removal.versionId,
      ...(version !== undefined && version.body === undefined && { deleteMarker: true }),
    });
    if (version !== undefined) this.model.drop(key, version.name);
  }

  async tag(key: string, choice: number): Promise<void> {
    const version = this.#chosen(key, choice);
    if (version?.body === undefined) return;
    const tag = bench.requestId();
    const change = { versionId: version.name, change: () => ({ tags: { tag } }) };
    expect((await objects.revise({ ...this.#at(key), ...change })).kind).toBe('revised');
    this.model.replace(key, version.name, (before) => ({ ...before, tag }));
  }

  async copy(from: string, choice: number, to: string): Promise<void> {
    const version = this.#chosen(from, choice);
    if (version?.body === undefined) return;
    const source = { bucket: this.#bucket, key: from, versionId: version.name, conditions: {} };
    const copy = { ...this.#at(to), source, conditions: {} };
    const outcome = await multipart.copy({ ...copy, replace: { headers: {}, meta: {} } }, bench.signal);
    if (outcome.kind !== 'copied') throw new Error(outcome.kind);
    this.#wrote(to, versionName(outcome.record), version.body, version.tag);
  }

  #chosen(key: string, choice: number): ModelVersion | undefined {
    const versions = this.model.of(key);
    return versions[choice % Math.max(1, versions.length)];
  }

  /** The store shows what the model has: in its list, key by key, version by version. */
  async compare(): Promise<void> {
    const range = { bucket: this.#bucket, prefix: '', delimiter: '', limit: 1000 };
    const outcome = await objects.listVersions({ ...range, keyMarker: '', versionMarker: '' });
    if (outcome.kind !== 'page') throw new Error(outcome.kind);
    const listed = outcome.page.entries.map((entry) => {
      if (entry.kind === 'prefix') return entry.prefix;
      const { key, record, isLatest } = entry.version;
      const content = record.deleteMarker === true ? 'marker' : record.size;
      return `${key} ${versionName(record)} ${content}${isLatest ? ' latest' : ''}`;
    });
    expect(listed).toEqual(this.model.listed());
    for (const key of KEYS) {
      await this.#compareRead(key, undefined, this.model.current(key));
      for (const version of this.model.of(key)) {
        await this.#compareRead(key, version.name, version.body === undefined ? undefined : version);
      }
    }
    const plain = await objects.list({ ...range, after: '' });
    if (plain.kind !== 'page') throw new Error(plain.kind);
    const shown = plain.page.entries.map((entry) => (entry.kind === 'object' ? entry.object.key : ''));
    expect(shown).toEqual([...KEYS].filter((key) => this.model.current(key) !== undefined));
  }

  async #compareRead(key: string, versionId: string | undefined, expected?: ModelVersion): Promise<void> {
    const version = versionId === undefined ? {} : { versionId };
    const outcome = await objects.get({ ...this.#at(key), ...version, conditions: {} });
    if (outcome.kind !== 'found') {
      expect(expected).toBeUndefined();
      return;
    }
    const body = (await collect(outcome.body.bytes, BODY_BYTES_MAX)).toString();
    const tag = outcome.record.tags?.['tag'];
    expect({ body, tag }).toEqual({ body: expected?.body, tag: expected?.tag });
  }
}

const someKey = fc.constantFrom<Key>(...KEYS);
const someChoice = fc.nat(5);
const someStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('put' as const), key: someKey, onlyNew: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), key: someKey }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('removeVersion' as const), key: someKey, choice: someChoice }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tag' as const), key: someKey, choice: someChoice }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('copy' as const), key: someKey, choice: someChoice, to: someKey }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('setVersioning' as const),
      versioning: fc.constantFrom<Versioning>('Enabled', 'Suspended'),
    }),
  },
);

function take(
  run: Run,
  step: typeof someStep extends fc.Arbitrary<infer Step> ? Step : never,
): Promise<void> {
  switch (step.do) {
    case 'put':
      return run.put(step.key, step.onlyNew);
    case 'remove':
      return run.remove(step.key);
    case 'removeVersion':
      return run.removeVersion(step.key, step.choice);
    case 'tag':
      return run.tag(step.key, step.choice);
    case 'copy':
      return run.copy(step.key, step.choice, step.to);
    case 'setVersioning':
      return run.setVersioning(step.versioning);
  }
}

describe('versions of objects', () => {
  test('are what AWS says, whatever is done in whatever order', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(someStep, { minLength: 10, maxLength: 30 }), async (steps) => {
        runs += 1;
        const run = await Run.begin(`model-${runs}`);
        for (const step of steps) {
          await take(run, step);
          await run.compare();
        }
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
