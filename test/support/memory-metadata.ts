// A metadata plane in memory: the promises of metadata-store.ts and upload-table.ts without a stream behind them. One sequence
// for everything; a test can act between any two steps through `before`.

import type { BucketRecord, ObjectRecord, PartRecord, UploadRecord } from '../../src/contracts/records.ts';
import type {
  CommitOutcome,
  Expectation,
  MetadataStatus,
  MetadataStore,
  ObjectAddress,
  RepairEntry,
  Versioned,
} from '../../src/metadata/metadata-store.ts';
import {
  versionName as nameOfVersion,
  type VersionAddress,
  type VersionTable,
} from '../../src/metadata/version-table.ts';
import { PredastoreError } from '../../src/core/errors.ts';
import { versionIdBytes, type WriteId } from '../../src/core/ids.ts';
import type { PartPage, UploadAddress, UploadTable } from '../../src/metadata/upload-table.ts';

interface HeldUpload extends Versioned<UploadRecord> {
  readonly bucketId: string;
  readonly parts: Map<number, Versioned<PartRecord>>;
}

export type Step =
  | 'object.get'
  | 'object.put'
  | 'object.undo'
  | 'object.change'
  | 'upload.get'
  | 'upload.remove'
  | 'parts'
  | 'putPart';

export class MemoryMetadata implements MetadataStore {
  revision = 0;
  readonly owed: RepairEntry[] = [];
  /** Writes whose first record is refused. */
  readonly condemned = new Set<WriteId>();
  /** What each commit of an object replaced, by its revision. */
  readonly replaced = new Map<number, ObjectRecord | undefined>();
  readonly held = new Map<string, Versioned<ObjectRecord>>();
  readonly archive = new Map<string, Versioned<ObjectRecord>>();
  readonly heldBuckets = new Map<string, Versioned<BucketRecord>>();
  readonly heldUploads = new Map<string, HeldUpload>();
  /** When an upload ended. */
  readonly ended = new Map<string, number>();
  /** Runs before a step, once per call. */
  before: (step: Step) => Promise<void> | void = () => {};

  /** What the local view says; a test may make it lie. */
  glimpsed: (name: string) => Versioned<ObjectRecord> | undefined = (name) => this.held.get(name);

  /** Whether the local view is said to lack nothing; then what it says answers reads. */
  viewIsCurrent = false;

  readonly objects: MetadataStore['objects'] = {
    get: async (address) => {
      await this.before('object.get');
      return this.held.get(objectName(address));
    },
    glimpse: (address) => this.glimpsed(objectName(address)),
    confirmed: async (address) => (this.viewIsCurrent ? this.glimpsed(objectName(address)) : undefined),
    peek: async (address) => this.held.get(objectName(address)),
    put: async (address, record, expected) => {
      await this.before('object.put');
      if (typeof expected !== 'object' || 'revision' in expected)
        return this.#put(this.held, objectName(address), record, expected);
      if (this.condemned.has(expected.uncondemned))
        throw new PredastoreError('shards-unavailable', 'the write was condemned');
      return this.#put(this.held, objectName(address), record, 'any');
    },
    undo: async (address, taken, expected) => {
      await this.before('object.undo');
      const before = this.replaced.get(taken);
      const name = objectName(address);
      return before === undefined
        ? this.#remove(this.held, name, { revision: expected })
        : this.#put(this.held, name, before, { revision: expected });
    },
    remove: async (address, _requestId, expected) => this.#remove(this.held, objectName(address), expected),
    change: async (address, change) => {
      await this.before('object.change');
      const name = objectName(address);
      const { head, expected, archived, dropped } = change;
      const droppedName = dropped && versionName({ ...address, version: dropped.version });
      const holds =
        fits(this.held.get(name), expected) &&
        (droppedName === undefined || fits(this.archive.get(droppedName), dropped ?? 'any'));
      if (!holds) return { kind: 'conflict' };
      if (archived !== undefined) {
        const version = nameOfVersion(archived);
        this.#put(this.archive, versionName({ ...address, version }), archived, 'absent');
      }
      const outcome =
        head === undefined ? this.#remove(this.held, name, 'any') : this.#put(this.held, name, head, 'any');
      if (droppedName !== undefined) this.#remove(this.archive, droppedName, 'any');
      return outcome;
    },
    list: async ({ bucketId, prefix, limit }) => {
      const all = [...this.held].filter(([name]) => name.startsWith(`${bucketId}\0${prefix}`)).sort();
      const entries = all.slice(0, limit).map(([name, versioned]) => {
        return { kind: 'object' as const, object: { key: name.slice(bucketId.length + 1), ...versioned } };
      });
      return { entries, truncated: all.length > limit };
    },
  };

  readonly versions: VersionTable = {
    get: async (address) => this.archive.get(versionName(address)),
    peek: async (address) => this.archive.get(versionName(address)),
    newest: async (bucketId, key) => {
      const ofKey = [...this.archive].filter(([name]) => name.startsWith(`${bucketId}\0${key}\0`));
      const ordered = ofKey.map(([, versioned]) => versioned).sort(byAge);
      return ordered.at(-1);
    },
    put: async (address, record, expected) => this.#put(this.archive, versionName(address), record, expected),
    remove: async (address, expected) => this.#remove(this.archive, versionName(address), expected),
    list: async ({ bucketId, prefix, limit }) => {
      const named = [...this.held, ...this.archive].filter(([name]) =>
        name.startsWith(`${bucketId}\0${prefix}`),
      );
      const entries = named.slice(0, limit).map(([name, versioned]) => {
        const key = name.split('\0')[1] ?? '';
        const isLatest = this.held.has(name);
        return { kind: 'version' as const, version: { key, isLatest, ...versioned } };
      });
      return { entries, truncated: named.length > limit };
    },
  };

  readonly buckets: MetadataStore['buckets'] = {
    get: async (name) => this.heldBuckets.get(name),
    lookup: async (name) => this.heldBuckets.get(name),
    put: async (record, expected) => this.#put(this.heldBuckets, record.name, record, expected),
    remove: async (name, expected) => this.#remove(this.heldBuckets, name, expected),
    list: async () => [...this.heldBuckets.values()],
  };

  readonly uploads: UploadTable = {
    create: async (bucketId, record) => {
      this.revision += 1;
      const { revision } = this;
      this.heldUploads.set(record.id, { bucketId, record, revision, parts: new Map() });
      return { kind: 'committed', revision };
    },
    get: async (address) => {
      await this.before('upload.get');
      return this.#upload(address);
    },
    remove: async (address, expected) => {
      await this.before('upload.remove');
      if (this.#upload(address) === undefined) return { kind: 'conflict' };
      const outcome = this.#remove(this.heldUploads, address.uploadId, expected);
      if (outcome.kind === 'committed') this.ended.set(address.uploadId, outcome.revision);
      return outcome;
    },
    list: async ({ bucketId, prefix, keyMarker, uploadIdMarker, limit }) => {
      const all = [...this.heldUploads.values()]
        .filter((upload) => upload.bucketId === bucketId && upload.record.key.startsWith(prefix))
        .filter(({ record: { key, id } }) => key > keyMarker || (key === keyMarker && id > uploadIdMarker))
        .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
      const entries = all.slice(0, limit).map((upload) => ({ kind: 'upload' as const, upload }));
      return { entries, truncated: all.length > limit };
    },
    putPart: async (address, record) => {
      await this.before('putPart');
      this.revision += 1;
      const { revision } = this;
      this.#upload(address)?.parts.set(record.number, { record, revision });
      return { kind: 'committed', revision };
    },
    wasOpenAt: async (address, revision) => revision < (this.ended.get(address.uploadId) ?? Infinity),
    parts: async (address, after, limit): Promise<PartPage> => {
      await this.before('parts');
      const all = [...(this.#upload(address)?.parts.values() ?? [])]
        .filter(({ record }) => record.number > after)
        .sort((a, b) => a.record.number - b.record.number);
      return { parts: all.slice(0, limit), truncated: all.length > limit };
    },
  };

  async oweRepair(entry: RepairEntry): Promise<void> {
    this.owed.push(entry);
  }

  async reclaimable(): Promise<readonly []> {
    return [];
  }

  async reclaimed(): Promise<void> {}

  async reached(): Promise<boolean> {
    return true;
  }

  viewedBucket(name: string): Versioned<BucketRecord> | undefined {
    return this.heldBuckets.get(name);
  }

  async status(): Promise<MetadataStatus> {
    const { revision } = this;
    return {
      fenced: false,
      appliedRevision: revision,
      lastRevision: revision,
      leader: 'memory',
      objects: this.held.size,
      buckets: this.heldBuckets.size,
    };
  }

  async close(): Promise<void> {}

  #upload({ bucketId, key, uploadId }: UploadAddress): HeldUpload | undefined {
    const upload = this.heldUploads.get(uploadId);
    return upload?.bucketId === bucketId && upload.record.key === key ? upload : undefined;
  }

  #put<T>(table: Map<string, Versioned<T>>, name: string, record: T, expected: Expectation): CommitOutcome {
    if (!fits(table.get(name), expected)) return { kind: 'conflict' };
    this.revision += 1;
    if ((table as unknown) === this.held) this.replaced.set(this.revision, this.held.get(name)?.record);
    table.set(name, { record, revision: this.revision });
    return { kind: 'committed', revision: this.revision };
  }

  #remove(
    table: Map<string, { readonly revision: number }>,
    name: string,
    expected: Expectation,
  ): CommitOutcome {
    if (!fits(table.get(name), expected)) return { kind: 'conflict' };
    this.revision += 1;
    table.delete(name);
    return { kind: 'committed', revision: this.revision };
  }
}

function fits(current: { readonly revision: number } | undefined, expected: Expectation): boolean {
  if (expected === 'any') return true;
  if (expected === 'absent') return current === undefined;
  return current?.revision === expected.revision;
}

function objectName({ bucketId, key }: ObjectAddress): string {
  return `${bucketId}\0${key}`;
}

function versionName({ bucketId, key, version }: VersionAddress): string {
  return `${bucketId}\0${key}\0${version}`;
}

function byAge(a: Versioned<ObjectRecord>, b: Versioned<ObjectRecord>): number {
  return versionIdBytes(a.record.versionId).compare(versionIdBytes(b.record.versionId));
}

function nameOf({ record }: HeldUpload): string {
  return `${record.key}\0${record.id}`;
}
