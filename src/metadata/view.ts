// The local picture of the metadata stream: ordered, in LMDB, rebuildable at any time from the stream.
//
// Owns: objects in key order, open uploads and their parts, buckets, members, how many records name each blob, the reclaim queue,
// the position in the stream and the identity of the stream it pictures. Refuses: deciding anything. Compare-and-set and "absent" are the leader's; this is for listing,
// for waiting, and as a witness against the leader.
//
// Invariants:
//   1. Rows and position change in one transaction (LMDB syncs it); a message at or below the position changes nothing.
//   2. Rows of another format version are thrown away and made anew, never interpreted.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Transaction } from 'lmdb';
import type { TailBatch, TailPosition } from '../bus/stream-tail.ts';
import type {
  BlobRecord,
  BucketRecord,
  NodeRecord,
  ObjectRecord,
  RingRecord,
  UploadRecord,
} from '../contracts/records.ts';
import { messageOf } from '../core/errors.ts';
import type { WriteId } from '../core/ids.ts';
import type { Clock } from '../platform/clock.ts';
import { heardCommit } from '../platform/heard-commit.ts';
import type { Logger } from '../platform/log.ts';
import { archivedRow } from './archived-row.ts';
import { holdersOf } from './blob-holders.ts';
import type { BlobNames } from './blob-ledger.ts';
import { BlobNaming } from './blob-naming.ts';
import { hasUnreadable, readReference } from './blob-references.ts';
import { EndedUploads } from './ended-uploads.ts';
import { scanObjects } from './listing.ts';
import type { ListPage, ListQuery, ObjectAddress, Versioned } from './metadata-store.ts';
import { ReclaimQueue } from './reclaim-queue.ts';
import { decodeBucket, decodeNode, decodeObject, decodeRing, decodeUpload } from './record-codec.ts';
import { parseSubject } from './subjects.ts';
import { writeRow } from './row-changes.ts';
import { TombstoneRows } from './tombstone-rows.ts';
import { scanParts, scanUploads } from './upload-listing.ts';
import type { PartPage, UploadAddress, UploadPage, UploadQuery } from './upload-table.ts';
import { rowOf, ViewBatch } from './view-batch.ts';
import { canBeOpened } from './view-file.ts';
import { scanVersions } from './version-listing.ts';
import type { VersionAddress, VersionPage, VersionQuery } from './version-table.ts';
import { recordsOf, type ViewRecord } from './view-records.ts';
import { ViewSnapshot } from './view-snapshot.ts';
import { storedRecord, storedRevision, uploadRowKey, versionBounds, viewKey, RING_ROW } from './view-rows.ts';
import { entryCount, openTables, type Rows, type ViewTables } from './view-tables.ts';

const FORMAT = 'predastore-view-4';
/** Views whose state and reclaim queue can be read: emptied and filled again. The last is one that was being emptied. */
const REFILLABLE: ReadonlySet<string> = new Set([
  'predastore-view-1',
  'predastore-view-2',
  'predastore-view-3',
  '',
]);
const FILE = 'view.lmdb';

export interface ViewOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What survives a restart beside the rows. */
interface ViewState {
  readonly format: string;
  readonly position: TailPosition;
  /** `created` of the pictured stream; empty before the first session. */
  readonly stream: string;
  /** Why the stream is not trusted any more; empty while it is. Only removing the view lifts a fence. */
  readonly fence: string;
}

const BLANK: ViewState = { format: FORMAT, position: { applied: 0, safe: 0 }, stream: '', fence: '' };
const STATE_KEY = Buffer.from('state');

export class View {
  readonly #tables: ViewTables;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly reclaim: ReclaimQueue;
  readonly tombstones: TombstoneRows;
  /** Decoded copies of the two small tables, as of the last message delivered: never behind the rows. */
  readonly #bucketsByName = new Map<string, Versioned<BucketRecord>>();
  readonly #nodesById = new Map<string, NodeRecord>();
  #ring: Versioned<RingRecord> | undefined;
  readonly #endedUploads = new EndedUploads();
  #state: ViewState;

  private constructor(tables: ViewTables, options: ViewOptions) {
    this.#tables = tables;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.reclaim = new ReclaimQueue(tables, options.logger);
    this.tombstones = new TombstoneRows(tables.tombstones);
    this.#state = readState(tables.state);
    const { buckets, nodes } = tables;
    for (const { key, value } of buckets.getRange()) this.#rememberBucket(key.toString('utf8'), value);
    for (const { key, value } of nodes.getRange()) {
      if (key.equals(RING_ROW)) this.#rememberRing(value);
      else this.#rememberNode(key.toString('utf8'), value);
    }
  }

  /** Opens the view; a damaged or foreign one is removed and starts empty. */
  static async open(options: ViewOptions): Promise<View> {
    const path = join(options.directory, FILE);
    await mkdir(options.directory, { recursive: true });
    if (await canBeOpened(path)) {
      const view = View.#tryOpen(path, options);
      if (view !== undefined && view.#state.format === FORMAT) return view;
      if (view !== undefined && REFILLABLE.has(view.#state.format)) {
        options.logger.warn('the metadata view is of an older format: filling it anew', { path });
        await view.reset();
        return view;
      }
      await view?.close();
    }
    options.logger.error('the metadata view is damaged or of another format: rebuilding it', { path });
    await rm(path, { force: true });
    await rm(`${path}-lock`, { force: true });
    return new View(openTables(path), options);
  }

  /** `undefined` when LMDB refuses. */
  static #tryOpen(path: string, options: ViewOptions): View | undefined {
    try {
      return new View(openTables(path), options);
    } catch (error) {
      options.logger.error('the metadata view does not open', { reason: messageOf(error) });
      return undefined;
    }
  }

  get position(): TailPosition {
    return this.#state.position;
  }

  get stream(): string {
    return this.#state.stream;
  }

  get fence(): string {
    return this.#state.fence;
  }

  get objectCount(): number {
    return entryCount(this.#tables.objects);
  }

  /** Blobs that are named or queued. */
  get referenceCount(): number {
    return entryCount(this.#tables.references);
  }

  bucket(name: string): Versioned<BucketRecord> | undefined {
    return this.#bucketsByName.get(name);
  }

  /** Every bucket in name order. */
  buckets(): readonly Versioned<BucketRecord>[] {
    const names = [...this.#bucketsByName.keys()].sort((a, b) => Buffer.from(a).compare(Buffer.from(b)));
    return names.flatMap((name) => this.#bucketsByName.get(name) ?? []);
  }

  nodes(): readonly NodeRecord[] {
    return [...this.#nodesById.values()].sort((a, b) => a.id - b.id);
  }

  /** The current version of a key as the rows have it. */
  object(address: ObjectAddress): Versioned<Buffer> | undefined {
    const row = this.#tables.objects.getBinary(viewKey(address.bucketId, Buffer.from(address.key)));
    return row && { record: storedRecord(row), revision: storedRevision(row) };
  }

  /** What stands under the name of a key: its current version, or the delete marker over it. */
  head({ bucketId, key }: ObjectAddress): ObjectRecord | undefined {
    const { root, objects, markers } = this.#tables;
    root.resetReadTxn();
    const rowKey = viewKey(bucketId, Buffer.from(key));
    const row = objects.getBinary(rowKey) ?? markers.getBinary(rowKey);
    return row && decodeObject(storedRecord(row));
  }

  archivedVersion({ bucketId, key, version }: VersionAddress): ObjectRecord | undefined {
    this.#tables.root.resetReadTxn();
    const row = archivedRow(this.#tables, { bucketId, key: Buffer.from(key), version });
    return row && decodeObject(storedRecord(row));
  }

  /** An upload that is open. */
  upload({ bucketId, key, uploadId }: UploadAddress): UploadRecord | undefined {
    this.#tables.root.resetReadTxn();
    const row = this.#tables.uploads.getBinary(uploadRowKey(bucketId, Buffer.from(key), uploadId));
    return row && decodeUpload(storedRecord(row));
  }

  /** Which nodes take new shards, once that was ever changed. */
  get ring(): Versioned<RingRecord> | undefined {
    return this.#ring;
  }

  /** Revision of a live object, 0 when the view has none. */
  objectRevision(address: ObjectAddress): number {
    const { objects, markers } = this.#tables;
    const rowKey = viewKey(address.bucketId, Buffer.from(address.key));
    const row = objects.getBinaryFast(rowKey) ?? markers.getBinaryFast(rowKey);
    return row === undefined ? 0 : storedRevision(row);
  }

  /** How records name a blob; several when not all of them say the same of it. Empty: none does. */
  naming(write: WriteId): readonly BlobRecord[] {
    return new BlobNaming(this.#tables, this.#logger).of(write);
  }

  /** The next `limit` blobs after `after` (empty: from the first) in the order of their writes. */
  namingAfter(after: WriteId | '', limit: number): readonly BlobNames[] {
    this.#tables.root.resetReadTxn();
    return new BlobNaming(this.#tables, this.#logger).after(after, limit);
  }

  /** Subjects of the records that name a blob. */
  holders(write: WriteId): readonly string[] {
    this.#tables.root.resetReadTxn();
    return holdersOf(this.#tables.holders, write);
  }

  /** What the view makes of a write: named by a record, waiting to be reclaimed, or never heard of (or reclaimed already). */
  fateOf(write: WriteId): 'named' | 'queued' | 'unknown' {
    const { count, queued } = readReference(this.#tables.references, write);
    if (count > 0) return 'named';
    return queued === undefined ? 'unknown' : 'queued';
  }

  /** Whether some record cannot be read: it may name any blob. */
  get hasUnreadable(): boolean {
    return hasUnreadable(this.#tables.references);
  }

  /** Revision of an archived version, 0 when the view has none. */
  versionRevision({ bucketId, key, version }: VersionAddress): number {
    const row = archivedRow(this.#tables, { bucketId, key: Buffer.from(key), version });
    return row === undefined ? 0 : storedRevision(row);
  }

  /** The newest archived version of a key. */
  newestVersion(bucketId: string, key: string): Versioned<ObjectRecord> | undefined {
    this.#tables.root.resetReadTxn();
    const bounds = versionBounds(bucketId, Buffer.from(key));
    for (const { value } of this.#tables.versions.getRange({ ...bounds, limit: 1 })) {
      return { record: decodeObject(storedRecord(value)), revision: storedRevision(value) };
    }
    return undefined;
  }

  listVersions(query: VersionQuery): VersionPage {
    this.#tables.root.resetReadTxn();
    return scanVersions(this.#tables, query);
  }

  list(query: ListQuery): ListPage {
    this.#tables.root.resetReadTxn();
    return scanObjects(this.#tables.objects, query);
  }

  /** Revision of an open upload, 0 when the view has none. */
  uploadRevision({ bucketId, key, uploadId }: UploadAddress): number {
    const row = this.#tables.uploads.getBinaryFast(uploadRowKey(bucketId, Buffer.from(key), uploadId));
    return row === undefined ? 0 : storedRevision(row);
  }

  /** When an upload ended that ended lately: the revision of that, as of the last message delivered. */
  uploadEnd(uploadId: string): number | undefined {
    return this.#endedUploads.revisionOf(uploadId);
  }

  listUploads(query: UploadQuery): UploadPage {
    this.#tables.root.resetReadTxn();
    return scanUploads(this.#tables.uploads, query);
  }

  listParts(address: UploadAddress, after: number, limit: number): PartPage {
    this.#tables.root.resetReadTxn();
    return scanParts(this.#tables.parts, address, after, limit);
  }

  /** Takes buckets, members and ends of uploads of a batch into memory, ahead of `apply`. Returns whether membership changed. */
  anticipate(batch: TailBatch): boolean {
    let membersChanged = false;
    for (const message of batch.messages) {
      const name = parseSubject(message.subject);
      if (name.kind === 'bucket') this.#rememberBucket(name.name, rowOf(message));
      if (name.kind === 'upload' && message.payload.length === 0) {
        this.#endedUploads.add(name.uploadId, message.sequence);
      }
      if (name.kind === 'ring') this.#rememberRing(rowOf(message));
      if (name.kind === 'node') this.#rememberNode(name.id, rowOf(message));
      if (name.kind === 'node' || name.kind === 'ring') membersChanged = true;
    }
    return membersChanged;
  }

  /** Applies a batch and its position in one transaction. */
  async apply(batch: TailBatch): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const changes = new ViewBatch({ tables: this.#tables, logger: this.#logger, nowMs });
    const { applied } = this.#state.position;
    for (const message of batch.messages) if (message.sequence > applied) changes.gather(message);
    const state = { ...this.#state, position: { applied: batch.applied, safe: batch.safe } };
    const { root } = this.#tables;
    await heardCommit(
      root.batch(() => {
        changes.write(this.tombstones);
        writeRow(this.#tables.state, STATE_KEY, Buffer.from(JSON.stringify(state)));
      }),
    );
    root.resetReadTxn();
    this.#state = { ...this.#state, position: state.position };
  }

  /** Empties the view, to be filled from the beginning of the same stream. What is queued for reclaim stays queued. */
  async reset(): Promise<void> {
    // A crash on the way leaves a view without a format, which `open` empties again.
    const { stream, fence } = this.#state;
    await this.#saveState({ ...this.#state, format: '' });
    const { root, reclaim: _reclaim, state: _state, ...records } = this.#tables;
    for (const rows of Object.values(records)) await heardCommit(rows.clearAsync());
    await this.reclaim.recount();
    this.#bucketsByName.clear();
    this.#nodesById.clear();
    this.#ring = undefined;
    await this.#saveState({ ...BLANK, stream, fence });
    root.resetReadTxn();
  }

  /** Empties the view, to be filled from another stream that took the place of the one it pictured. */
  async beginAnew(): Promise<void> {
    await this.reset();
    await this.#saveState(BLANK);
  }

  /** Every record, as the stream had it. */
  records(): Generator<ViewRecord> {
    this.#tables.root.resetReadTxn();
    return recordsOf(this.#tables);
  }

  /** The view as it is now, whatever is applied meanwhile. The caller closes it, soon: LMDB keeps every page of it until then. */
  snapshot(): ViewSnapshot {
    this.#tables.root.resetReadTxn();
    const transaction = this.#tables.root.useReadTransaction();
    const { stream, position } = readState(this.#tables.state, transaction);
    return new ViewSnapshot(this.#tables, transaction, { stream, position });
  }

  /** Binds the view to a stream. */
  async adopt(stream: string): Promise<void> {
    await this.#saveState({ ...this.#state, stream });
  }

  /** Remembers for good that the stream cannot be trusted. */
  async raiseFence(reason: string): Promise<void> {
    await this.#saveState({ ...this.#state, fence: reason });
  }

  async close(): Promise<void> {
    await this.#tables.root.close();
  }

  async #saveState(state: ViewState): Promise<void> {
    // In memory first: a fence holds from here on, also when the disk refuses it.
    this.#state = state;
    await heardCommit(this.#tables.state.put(STATE_KEY, Buffer.from(JSON.stringify(state))));
  }

  #rememberBucket(name: string, row: Buffer | undefined): void {
    const record = row === undefined ? undefined : this.#readable(() => decodeBucket(storedRecord(row)));
    if (row === undefined || record === undefined) this.#bucketsByName.delete(name);
    else this.#bucketsByName.set(name, { record, revision: storedRevision(row) });
  }

  #rememberNode(id: string, row: Buffer | undefined): void {
    const record = row === undefined ? undefined : this.#readable(() => decodeNode(storedRecord(row)));
    if (record === undefined) this.#nodesById.delete(id);
    else this.#nodesById.set(id, record);
  }

  /** A ring that cannot be read leaves the last one in force. */
  #rememberRing(row: Buffer | undefined): void {
    const record = row === undefined ? undefined : this.#readable(() => decodeRing(storedRecord(row)));
    if (row === undefined) this.#ring = undefined;
    else if (record !== undefined) this.#ring = { record, revision: storedRevision(row) };
  }

  #readable<T>(decode: () => T): T | undefined {
    try {
      return decode();
    } catch (error) {
      this.#logger.error('unreadable record in the metadata view', { reason: messageOf(error) });
      return undefined;
    }
  }
}

function readState(states: Rows, transaction?: Transaction): ViewState {
  const bytes = states.get(STATE_KEY, transaction && { transaction });
  return bytes === undefined ? BLANK : (JSON.parse(bytes.toString('utf8')) as ViewState);
}
