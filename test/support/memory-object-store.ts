// An ObjectStore that keeps its objects in memory: a peer for tests of the edges, with the real rules for conditions and
// ranges, and with endings that a test can order (`nextPut`, `failRemovalOf`).

import { createHash } from 'node:crypto';
import { propertiesOf } from '../../src/objects/object-properties.ts';
import type { BucketRecord, ObjectRecord } from '../../src/contracts/records.ts';
import { bodyOf, collect, type IncomingBody } from '../../src/core/body.ts';
import { judgeRead, judgeWrite } from '../../src/objects/conditions.ts';
import { applyRange } from '../../src/objects/range-header.ts';
import type {
  GetOutcome,
  GetRequest,
  HeadOutcome,
  ListEntry,
  ListOutcome,
  ListRequest,
  ObjectStore,
  PutOutcome,
  PutRequest,
  RemoveOutcome,
  RemoveRequest,
  ListVersionsOutcome,
  ListVersionsRequest,
  ReviseOutcome,
  ReviseRequest,
} from '../../src/objects/object-store.ts';

interface Held {
  readonly record: ObjectRecord;
  readonly bytes: Buffer;
  readonly revision: number;
}

const LIMIT_BYTES = 1024 * 1024;

export class MemoryObjectStore implements ObjectStore {
  /** Answers the next put, whatever it asks. */
  nextPut: PutOutcome | undefined;
  /** Shards the next puts report as missing, and the next gets as rebuilt. */
  degradedShards = 0;
  nearFull = false;
  modified = '2026-11-22T10:00:00.500Z';
  readonly removalFailures = new Map<string, Error>();
  readonly requestIds: string[] = [];
  lastPut: { request: PutRequest; body: IncomingBody } | undefined;
  lists = 0;
  readonly #held = new Map<string, Held>();
  #revision = 0;

  async put(request: PutRequest, body: IncomingBody): Promise<PutOutcome> {
    this.lastPut = { request, body };
    this.requestIds.push(request.requestId);
    if (this.nextPut !== undefined) return this.nextPut;
    const bytes = await collect(body.bytes, LIMIT_BYTES);
    const verdict = judgeWrite(
      request.conditions,
      this.#held.get(nameOf(request.bucket, request.key))?.record,
    );
    if (verdict !== 'proceed') return { kind: verdict };
    const checksums = Object.fromEntries(
      body.claims().map(({ algorithm, digest }) => [algorithm, Buffer.from(digest).toString('base64')]),
    );
    const { md5: _md5, ...kept } = checksums;
    const record: ObjectRecord = {
      v: 1,
      size: bytes.length,
      etag: createHash('md5').update(bytes).digest('hex'),
      modified: this.modified,
      headers: request.headers,
      meta: request.meta,
      ...request.properties,
      ...(Object.keys(kept).length === 0 ? {} : { checksums: kept }),
      blobs: [],
      request: request.requestId,
    };
    this.#revision += 1;
    this.#held.set(nameOf(request.bucket, request.key), { record, bytes, revision: this.#revision });
    return { kind: 'stored', record, missingShards: this.degradedShards, nearFull: this.nearFull };
  }

  async get(request: GetRequest): Promise<GetOutcome> {
    const outcome = await this.head(request);
    if (outcome.kind !== 'found') return outcome;
    const bytes = this.#held.get(nameOf(request.bucket, request.key))!.bytes;
    const { start, end } = outcome.range ?? { start: 0, end: bytes.length };
    return { ...outcome, body: bodyOf(bytes.subarray(start, end)), degradedShards: this.degradedShards };
  }

  async head(request: GetRequest): Promise<HeadOutcome> {
    const held = this.#held.get(nameOf(request.bucket, request.key));
    if (held === undefined) return { kind: 'no-such-key' };
    const { record, revision } = held;
    const verdict = judgeRead(request.conditions, record);
    if (verdict === 'not-modified') return { kind: verdict, record };
    if (verdict === 'precondition-failed') return { kind: verdict };
    const ranged = applyRange(request.range, record.size);
    if (ranged.kind === 'unsatisfiable') return { kind: 'invalid-range', sizeBytes: record.size };
    return { kind: 'found', record, revision, ...(ranged.kind === 'part' ? { range: ranged.range } : {}) };
  }

  async remove(request: RemoveRequest): Promise<RemoveOutcome> {
    this.requestIds.push(request.requestId);
    const failure = this.removalFailures.get(request.key);
    if (failure !== undefined) throw failure;
    const name = nameOf(request.bucket, request.key);
    const held = this.#held.get(name);
    const verdict = judgeWrite(request.conditions, held?.record);
    if (verdict !== 'proceed') return { kind: verdict };
    if (held === undefined) return { kind: 'absent' };
    this.#held.delete(name);
    return { kind: 'removed' };
  }

  async revise({ bucket, key, change, requestId }: ReviseRequest): Promise<ReviseOutcome> {
    const held = this.#held.get(nameOf(bucket, key));
    if (held === undefined) return { kind: 'no-such-key' };
    const { tags: _tags, acl: _acl, ...rest } = held.record;
    const record = { ...rest, ...change(propertiesOf(held.record)), request: requestId };
    this.#held.set(nameOf(bucket, key), { ...held, record });
    return { kind: 'revised', record };
  }

  /** Every object is its only version. */
  async listVersions({ keyMarker, ...request }: ListVersionsRequest): Promise<ListVersionsOutcome> {
    const outcome = await this.list({ ...request, after: keyMarker });
    if (outcome.kind !== 'page') return outcome;
    const entries = outcome.page.entries.map((entry) =>
      entry.kind === 'prefix'
        ? entry
        : { kind: 'version' as const, version: { ...entry.object, isLatest: true } },
    );
    return { kind: 'page', page: { entries, truncated: outcome.page.truncated } };
  }

  async list({ bucket, prefix, delimiter, after, limit }: ListRequest): Promise<ListOutcome> {
    this.lists += 1;
    const start = nameOf(bucket, '');
    const keys = [...this.#held.keys()]
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice(start.length))
      .filter((key) => key.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const entries = new Map<string, ListEntry>();
    for (const key of keys) {
      const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      const name = cut < 0 ? key : key.slice(0, cut + delimiter.length);
      if (Buffer.compare(Buffer.from(name), Buffer.from(after)) <= 0) continue;
      const { record, revision } = this.#held.get(nameOf(bucket, key))!;
      entries.set(
        name,
        cut < 0 ? { kind: 'object', object: { key, record, revision } } : { kind: 'prefix', prefix: name },
      );
    }
    const all = [...entries.values()];
    return { kind: 'page', page: { entries: all.slice(0, limit), truncated: all.length > limit } };
  }
}

function nameOf(bucket: BucketRecord, key: string): string {
  return `${bucket.id}\0${key}`;
}
