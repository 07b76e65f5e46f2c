// The local picture of the metadata stream: ordered, in LMDB, rebuildable at any time from the stream.
//
// Owns: objects in key order, buckets, members, the reclaim queue, the position in the stream and the identity of the
// stream it pictures. Refuses: deciding anything. Compare-and-set and "absent" are the leader's; this is for listing,
// for waiting, and as a witness against the leader.
//
// Invariants:
//   1. Rows and position change in one transaction (LMDB syncs it); applying a batch twice changes nothing.
//   2. A row is never replaced by an older revision.
//   3. A view of another format version is thrown away and rebuilt, never interpreted.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type Database, type RootDatabase } from 'lmdb';
import type { TailBatch, TailPosition } from '../bus/stream-tail.ts';
import type { TailMessage } from '../bus/stream-session.ts';
import type { BucketRecord, NodeRecord } from '../contracts/records.ts';
import { messageOf } from '../core/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { settled } from '../platform/supervise.ts';
import { scanPage } from './listing.ts';
import type { ListPage, ListQuery, ObjectAddress, Versioned } from './metadata-store.ts';
import { ReclaimQueue, type QueueRow } from './reclaim-queue.ts';
import { decodeBucket, decodeNode } from './record-codec.ts';
import { parseSubject } from './subjects.ts';
import { TombstoneRows, type Tombstone } from './tombstone-rows.ts';
import { canBeOpened, VIEW_PAGE_BYTES } from './view-file.ts';
import { stored, storedRecord, storedRevision, viewKey } from './view-rows.ts';

const FORMAT = 'predastore-view-1';
const FILE = 'view.lmdb';
const ROW_DATABASES_MAX = 8;

type Rows = Database<Buffer, Buffer>;

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

interface ObjectChange {
  readonly message: TailMessage;
  /** `undefined` for a tombstone. */
  readonly row: Buffer | undefined;
  readonly nowMs: number;
}

/** What a batch amounts to: the last row of every key it touches (`undefined`: removed). */
class ViewChanges {
  /** By row key as latin1 text. */
  readonly objects = new Map<string, Buffer | undefined>();
  readonly buckets = new Map<string, Buffer | undefined>();
  readonly nodes = new Map<string, Buffer | undefined>();
  readonly reclaims: QueueRow[] = [];
  readonly tombstones: Tombstone[] = [];
}

export class View {
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #objects: Rows;
  readonly #buckets: Rows;
  readonly #nodes: Rows;
  readonly #states: Rows;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #reclaims: Rows;
  readonly #tombs: Rows;
  readonly reclaim: ReclaimQueue;
  readonly tombstones: TombstoneRows;
  /** Decoded copies of the two small tables, as of the last message delivered: never behind the rows. */
  readonly #bucketsByName = new Map<string, Versioned<BucketRecord>>();
  readonly #nodesById = new Map<string, NodeRecord>();
  #state: ViewState;

  private constructor(root: RootDatabase<Buffer, Buffer>, options: ViewOptions) {
    this.#root = root;
    this.#objects = table(root, 'objects');
    this.#buckets = table(root, 'buckets');
    this.#nodes = table(root, 'nodes');
    this.#states = table(root, 'state');
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#reclaims = table(root, 'reclaim');
    this.#tombs = table(root, 'tombstones');
    this.reclaim = new ReclaimQueue(this.#reclaims, this.#objects, options.logger);
    this.tombstones = new TombstoneRows(this.#tombs);
    this.#state = readState(this.#states);
    for (const { key, value } of this.#buckets.getRange()) this.#rememberBucket(key.toString('utf8'), value);
    for (const { key, value } of this.#nodes.getRange()) this.#rememberNode(key.toString('utf8'), value);
  }

  /** Opens the view; a damaged or foreign one is removed and starts empty. */
  static async open(options: ViewOptions): Promise<View> {
    const path = join(options.directory, FILE);
    await mkdir(options.directory, { recursive: true });
    if (await canBeOpened(path)) {
      const view = View.#tryOpen(path, options);
      if (view !== undefined && view.#state.format === FORMAT) return view;
      await view?.close();
    }
    options.logger.error('the metadata view is damaged or of another format: rebuilding it', { path });
    await rm(path, { force: true });
    await rm(`${path}-lock`, { force: true });
    return new View(openRoot(path), options);
  }

  /** `undefined` when LMDB refuses. */
  static #tryOpen(path: string, options: ViewOptions): View | undefined {
    try {
      return new View(openRoot(path), options);
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
    return (this.#objects.getStats() as { entryCount: number }).entryCount;
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

  /** Revision of a live object, 0 when the view has none. */
  objectRevision(address: ObjectAddress): number {
    const row = this.#objects.getBinaryFast(viewKey(address.bucketId, Buffer.from(address.key)));
    return row === undefined ? 0 : storedRevision(row);
  }

  list(query: ListQuery): ListPage {
    this.#root.resetReadTxn();
    return scanPage(this.#objects, query);
  }

  /** Takes buckets and members of a batch into memory, ahead of `apply`. Returns whether membership changed. */
  anticipate(batch: TailBatch): boolean {
    let membersChanged = false;
    for (const message of batch.messages) {
      const name = parseSubject(message.subject);
      if (name.kind === 'bucket') this.#rememberBucket(name.name, rowOf(message));
      if (name.kind !== 'node') continue;
      this.#rememberNode(name.id, rowOf(message));
      membersChanged = true;
    }
    return membersChanged;
  }

  /** Applies a batch and its position in one transaction. */
  async apply(batch: TailBatch): Promise<void> {
    const changes = new ViewChanges();
    const nowMs = this.#clock.nowMs();
    for (const message of batch.messages) this.#gather(changes, message, nowMs);
    const state = { ...this.#state, position: { applied: batch.applied, safe: batch.safe } };
    await this.#root.batch(() => {
      for (const [key, row] of changes.objects) writeRow(this.#objects, Buffer.from(key, 'latin1'), row);
      for (const [name, row] of changes.buckets) writeRow(this.#buckets, Buffer.from(name), row);
      for (const [id, row] of changes.nodes) writeRow(this.#nodes, Buffer.from(id), row);
      for (const row of changes.reclaims) this.reclaim.put(row);
      for (const tombstone of changes.tombstones) this.tombstones.put(tombstone, nowMs);
      writeRow(this.#states, STATE_KEY, Buffer.from(JSON.stringify(state)));
    });
    this.#root.resetReadTxn();
    this.#state = { ...this.#state, position: state.position };
  }

  /** Empties the view, to be filled from the beginning of the same stream. */
  async reset(): Promise<void> {
    // A crash on the way leaves a view without a format, which `open` throws away.
    const { stream, fence } = this.#state;
    await this.#saveState({ ...this.#state, format: '' });
    const tables = [this.#objects, this.#buckets, this.#nodes, this.#reclaims, this.#tombs];
    for (const rows of tables) await rows.clearAsync();
    this.#bucketsByName.clear();
    this.#nodesById.clear();
    await this.#saveState({ ...BLANK, stream, fence });
    this.#root.resetReadTxn();
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
    await this.#root.close();
  }

  #gather(changes: ViewChanges, message: TailMessage, nowMs: number): void {
    const name = parseSubject(message.subject);
    const row = rowOf(message);
    if (row === undefined && (name.kind === 'object' || name.kind === 'bucket'))
      changes.tombstones.push(message);
    if (name.kind === 'object') {
      this.#gatherObject(changes, viewKey(name.bucketId, name.key), { message, row, nowMs });
    } else if (name.kind === 'bucket') {
      changes.buckets.set(name.name, row);
    } else if (name.kind === 'node') {
      changes.nodes.set(name.id, row);
    } else if (name.kind === 'foreign') {
      this.#logger.warn('unknown subject in the metadata stream', { subject: message.subject });
    }
  }

  #gatherObject(changes: ViewChanges, rowKey: Buffer, change: ObjectChange): void {
    const { message, row, nowMs } = change;
    const key = rowKey.toString('latin1');
    const replaced = changes.objects.has(key) ? changes.objects.get(key) : this.#objects.getBinary(rowKey);
    if (replaced !== undefined) {
      if (storedRevision(replaced) >= message.sequence) return;
      const by = row === undefined ? undefined : message.payload;
      const replacement = { rowKey, replaced, by, revision: message.sequence };
      changes.reclaims.push(...this.reclaim.rowsFor(replacement, nowMs));
    }
    changes.objects.set(key, row);
  }

  async #saveState(state: ViewState): Promise<void> {
    // In memory first: a fence holds from here on, also when the disk refuses it.
    this.#state = state;
    await this.#states.put(STATE_KEY, Buffer.from(JSON.stringify(state)));
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

  #readable<T>(decode: () => T): T | undefined {
    try {
      return decode();
    } catch (error) {
      this.#logger.error('unreadable record in the metadata view', { reason: messageOf(error) });
      return undefined;
    }
  }
}

function openRoot(path: string): RootDatabase<Buffer, Buffer> {
  return open<Buffer, Buffer>({
    path,
    pageSize: VIEW_PAGE_BYTES,
    maxDbs: ROW_DATABASES_MAX,
    encoding: 'binary',
    keyEncoding: 'binary',
    // One sync per transaction, and its error reaches us; overlapping syncs drop the error of the last step.
    overlappingSync: false,
  });
}

function table(root: RootDatabase<Buffer, Buffer>, name: string): Rows {
  return root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
}

function readState(states: Rows): ViewState {
  const bytes = states.getBinary(STATE_KEY);
  return bytes === undefined ? BLANK : (JSON.parse(bytes.toString('utf8')) as ViewState);
}

function rowOf(message: TailMessage): Buffer | undefined {
  return message.payload.length === 0 ? undefined : stored(message.sequence, message.payload);
}

function writeRow(rows: Rows, key: Buffer, row: Buffer | undefined): void {
  const write = row === undefined ? rows.remove(key) : rows.put(key, row);
  settled(write, 'the batch that holds it reports');
}
