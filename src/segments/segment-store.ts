// The storage engine of one data directory: shards in sealed, append-only segments, found through an index.
//
// Owns: putting the parts together, the life of the directory. Refuses: knowing what an object is; anything about the network.
// The promises are S1–S4 of shard-store.ts; docs/formats.md has every byte on disk.

import { dirname, join } from 'node:path';
import { assert } from '../core/assert.ts';
import type { ByteRange } from '../core/body.ts';
import { PredastoreError, messageOf } from '../core/errors.ts';
import { LIST_SHARDS_MAX, SHARDS_MAX } from '../core/limits.ts';
import { shardKeyText, type ShardKey } from '../core/shard-key.ts';
import type { Logger } from '../platform/log.ts';
import { Committer, type CommitRequest, type Expectation } from './committer.ts';
import { Compactor } from './compactor.ts';
import {
  KEY_BYTES,
  STORE_ID_BYTES,
  createKeySlot,
  opensWith,
  rewrapKeys,
  unwrapWith,
  type KeyRing,
} from './data-key.ts';
import { lockDirectory, type DirectoryLock } from './directory-lock.ts';
import { onDisk } from './disk-errors.ts';
import { extentBytes, fragmentsOf, type Extent } from './extent.ts';
import { FileCache } from './file-cache.ts';
import { FragmentCodec } from './fragment.ts';
import { FreeSpace } from './free-space.ts';
import { Numbers } from './numbers.ts';
import { OpenWriters } from './open-writers.ts';
import type { Segment } from './segment.ts';
import { SealWorkers } from './seal-workers.ts';
import { SegmentSet, type Reservation } from './segment-set.ts';
import { ShardAccess, statOf } from './shard-access.ts';
import { ShardIndex } from './shard-index.ts';
import { ShardMover } from './shard-mover.ts';
import type {
  AppendRequest,
  CommitReceipt,
  CompactionReport,
  ShardReader,
  ShardStat,
  ShardStore,
  ShardVerdict,
  ShardWriter,
  StoreStatus,
} from './shard-store.ts';
import { SegmentShardWriter } from './shard-writer.ts';
import { tornTailBytes } from './sidecar.ts';
import { StateFile } from './state-file.ts';
import { StateWitness } from './state-witness.ts';
import { INDEX_DIRECTORY, SEGMENTS_DIRECTORY } from './store-directory.ts';
import { storeMetrics, type StoreMetrics } from './store-metrics.ts';
import {
  checkOptions,
  masterKeysOf,
  type CheckedOptions,
  type SegmentStoreOptions,
} from './store-options.ts';
import { WindowPool } from './window-pool.ts';

const FIRST_KEY_EPOCH = 1;
/** Keys that one index transaction removes at most, so that a long list does not hold up commits. */
const DELETE_KEYS_MAX = 1024;

interface StoreParts {
  readonly options: CheckedOptions;
  readonly lock: DirectoryLock;
  readonly state: StateFile;
  readonly keys: KeyRing;
  readonly index: ShardIndex;
  readonly segments: SegmentSet;
  readonly cache: FileCache;
}

/** Opens (or makes) the store in `options.directory`; this process owns the directory until `close`. */
export async function openSegmentStore(options: SegmentStoreOptions): Promise<ShardStore> {
  const checked = checkOptions(options);
  const { files, directory } = checked;
  await onDisk('creating the data directory', files.mkdir(join(directory, SEGMENTS_DIRECTORY)));
  await onDisk('creating the data directory', files.mkdir(join(directory, INDEX_DIRECTORY)));
  const index = ShardIndex.open(join(directory, INDEX_DIRECTORY), checked.openIndexTables);
  try {
    await syncNames(checked);
    const lock = await lockDirectory(index, files, directory);
    try {
      return new SegmentStore(await assemble(checked, index, lock));
    } catch (error) {
      await letGo(lock, checked.logger);
      throw error;
    }
  } catch (error) {
    await index.close();
    throw error;
  }
}

/** A row that stays behind is harmless: it names a process that does not hold the directory. */
async function letGo(lock: DirectoryLock, logger: Logger): Promise<void> {
  try {
    await lock.release();
  } catch (error) {
    logger.warn('the data directory was not signed off', { reason: messageOf(error) });
  }
}

/** LMDB syncs its file, not the name of it; and a directory that was just made has a name in its parent. */
async function syncNames({ files, directory, logger }: CheckedOptions): Promise<void> {
  for (const path of [join(directory, INDEX_DIRECTORY), directory]) {
    await onDisk('syncing the data directory', files.syncDirectory(path));
  }
  try {
    await files.syncDirectory(dirname(directory));
  } catch (error) {
    // Parents are often not readable to a service; then the directory was made by the operator, long ago.
    logger.warn('the parent of the data directory cannot be synced', { reason: messageOf(error) });
  }
}

async function assemble(
  options: CheckedOptions,
  index: ShardIndex,
  lock: DirectoryLock,
): Promise<StoreParts> {
  const { files, directory, clock, logger, random, witness } = options;
  const segmentsDirectory = join(directory, SEGMENTS_DIRECTORY);
  const state = await loadOrCreateState(options, index);
  const { storeId, keySlots } = state.current;
  const { keys, isCurrent } = unwrapWith(masterKeysOf(options), storeId, keySlots);
  if (index.stateSequence > state.current.sequence) {
    throw new PredastoreError('store-rewound', 'the state file is older than the index');
  }
  if (witness !== undefined) {
    const unique = random.bytes(12).toString('hex');
    state.attach(await StateWitness.begin(witness, state.current, unique));
  }
  // A change of its own at every start: a directory that is put back shows as a sequence somebody has seen before.
  const { sequence } = await state.updateWitnessed(() => ({}));
  await index.setStateSequence(sequence);
  if (!isCurrent) await wrapAnew(options.masterKey, options, state, keys);
  const cache = new FileCache(files, options.openFilesMax, logger);
  const segments = await SegmentSet.open(
    {
      files,
      clock,
      logger,
      state,
      cache,
      directory: segmentsDirectory,
      segmentBytesMax: options.segmentBytesMax,
    },
    index.count(),
  );
  await reportTornTail(options, keys, segments);
  return { options, lock, state, keys, index, segments, cache };
}

/** Wraps the data keys under `masterKey`; the state is replaced whole, so a crash leaves them under one key or the other. */
async function wrapAnew(
  masterKey: Uint8Array,
  { random, logger }: CheckedOptions,
  state: StateFile,
  keys: KeyRing,
): Promise<void> {
  const keySlots = rewrapKeys(masterKey, keys, random);
  await state.update(() => ({ keySlots }));
  logger.info('the data keys were wrapped with a new master key', { keys: keySlots.length });
}

/** The sidecar that was being written last may end in half a row. It is never appended to again, so telling is enough. */
async function reportTornTail(options: CheckedOptions, keys: KeyRing, segments: SegmentSet): Promise<void> {
  const newest = [...segments.all()].reduce<Segment | undefined>(
    (best, segment) => (best === undefined || segment.number > best.number ? segment : best),
    undefined,
  );
  if (newest === undefined) return;
  try {
    const file = await options.files.open(newest.sidecarPath, 'read');
    try {
      const bytes = await tornTailBytes(file, keys, newest.number);
      if (bytes > 0) options.logger.warn('a sidecar ends in a torn row', { segment: newest.number, bytes });
    } finally {
      await file.close();
    }
  } catch (error) {
    options.logger.error('a sidecar cannot be read', { segment: newest.number, reason: messageOf(error) });
  }
}

async function loadOrCreateState(options: CheckedOptions, index: ShardIndex): Promise<StateFile> {
  const { files, directory, masterKey, random } = options;
  const loaded = await StateFile.load(files, directory);
  const names = await onDisk('listing segments', files.readdir(join(directory, SEGMENTS_DIRECTORY)));
  if (loaded !== undefined) {
    // An empty index would declare every segment dead.
    if (index.stateSequence === 0 && names.length > 0) {
      const mend = 'Make it anew with `s3d rebuild-index`.';
      throw new PredastoreError(
        'index-missing',
        `${directory} holds segments but its index is missing. ${mend}`,
      );
    }
    return loaded;
  }
  if (names.length > 0 || index.stateSequence > 0) {
    throw new PredastoreError('store-damaged', `${directory} holds data but its state file is missing`);
  }
  const storeId = random.bytes(STORE_ID_BYTES);
  return StateFile.create(files, directory, {
    storeId,
    sequence: 1,
    // Zero stays unused: it is what a hole in a file looks like.
    fragmentHighWater: 1,
    shardHighWater: 1,
    nextSegment: 1,
    keySlots: [createKeySlot(masterKey, storeId, FIRST_KEY_EPOCH, random)],
  });
}

class SegmentStore implements ShardStore {
  readonly #parts: StoreParts;
  readonly #numbers: Numbers;
  readonly #space: FreeSpace;
  readonly #committer: Committer;
  readonly #workers: SealWorkers | undefined;
  readonly #windows: WindowPool;
  readonly #metrics: StoreMetrics;
  readonly #access: ShardAccess;
  readonly #writers = new OpenWriters();
  readonly #compactor: Compactor;
  /** Appends and reads begun so far. */
  #foreground = 0;
  #closing: Promise<void> | undefined;

  constructor(parts: StoreParts) {
    const { options, state, index, segments, keys } = parts;
    const { logger, metrics } = options;
    this.#parts = parts;
    this.#numbers = new Numbers(state);
    this.#space = new FreeSpace(options);
    this.#metrics = storeMetrics(metrics);
    this.#workers = this.#startWorkers();
    this.#windows = new WindowPool(this.#workers?.windows);
    const memory = { windows: this.#windows, workers: this.#workers };
    this.#access = new ShardAccess({ ...parts, ...options, ...memory, metrics: this.#metrics });
    const onBatch = (operations: number): void => this.#metrics.batch.observe(operations);
    this.#committer = new Committer({ index, segments, keys, windows: this.#windows, logger, onBatch });
    this.#compactor = this.#createCompactor();
    this.#compactor.start();
  }

  #startWorkers(): SealWorkers | undefined {
    const { keys, options } = this.#parts;
    if (options.sealWorkers === 0) return undefined;
    const { clock, logger, sealWorkers: count } = options;
    return new SealWorkers({ count, keys, clock, logger, lost: this.#metrics.lostSealWorkers });
  }

  #createCompactor(): Compactor {
    const { options } = this.#parts;
    const mover = new ShardMover({
      ...this.#parts,
      files: options.files,
      logger: options.logger,
      windows: this.#windows,
      workers: this.#workers,
      numbers: this.#numbers,
      committer: this.#committer,
    });
    return new Compactor({
      mover,
      segments: this.#parts.segments,
      writers: this.#writers,
      clock: options.clock,
      logger: options.logger,
      metrics: this.#metrics,
      pressure: () => this.#space.pressure,
      foreground: () => this.#foreground,
      settings: options.compaction,
    });
  }

  async append(request: AppendRequest): Promise<ShardWriter> {
    this.#assertOpen();
    this.#foreground += 1;
    const { key, lengthBytes } = request;
    assert(request.objectHash.length === 32, 'an object hash has 32 bytes');
    assert(key.index >= 0 && key.index < SHARDS_MAX, 'a shard index is within the code');
    assert(Number.isSafeInteger(lengthBytes) && lengthBytes >= 0, 'a shard has a length');
    const reservedBytes = extentBytes(lengthBytes);
    const pressure = await this.#space.pressureAfter(reservedBytes);
    if (pressure !== 'none') this.#compactor.kick();
    if (pressure === 'full') {
      throw new PredastoreError('store-full', 'the disk is below its full watermark');
    }
    const objectHash = Buffer.from(request.objectHash);
    // One number more than fragments: it seals the sidecar row.
    const numbers = await this.#numbers.take(fragmentsOf(lengthBytes) + 1);
    this.#assertOpen();
    const reservation = await this.#parts.segments.reserve(reservedBytes, 'new');
    return this.#writer({ ...request, objectHash }, numbers, reservation);
  }

  #writer(
    request: AppendRequest & { readonly objectHash: Buffer },
    numbers: { readonly firstFragment: number; readonly shardNumber: number },
    { segment, offset }: Reservation,
  ): ShardWriter {
    const { keys, segments } = this.#parts;
    const { key, objectHash, lengthBytes } = request;
    const identity = { key, objectHash };
    const keyEpoch = keys.current.epoch;
    const extent: Extent = { segment: segment.number, offset, lengthBytes, keyEpoch, ...numbers };
    const rowNumber = numbers.firstFragment + fragmentsOf(lengthBytes);
    const reservedBytes = extentBytes(lengthBytes);
    const expects: Expectation = { kind: request.replaces === true ? 'anything' : 'absent' };
    const writer = new SegmentShardWriter({
      identity,
      extent,
      segment,
      codec: new FragmentCodec(keys.current, identity, extent),
      windows: this.#windows,
      workers: this.#workers,
      commit: (last) =>
        this.#commit({ segment, identity, extent, rowNumber, expects, isSynced: false, ...last }),
      release: (unused) => {
        this.#writers.remove(writer);
        if (unused) segments.giveBack(segment, offset, reservedBytes);
        segments.releaseWriter(segment, reservedBytes);
      },
    });
    this.#writers.add(writer, this.#parts.options.clock.monotonicMs());
    return writer;
  }

  async #commit(request: CommitRequest): Promise<CommitReceipt> {
    this.#assertOpen();
    const { clock } = this.#parts.options;
    const startedMs = clock.monotonicMs();
    if ((await this.#committer.commit(request)) === 'refused') {
      const name = shardKeyText(request.identity.key);
      throw new PredastoreError('shard-exists', `shard ${name} is already committed`);
    }
    this.#metrics.commitSeconds.observe((clock.monotonicMs() - startedMs) / 1000);
    this.#metrics.writtenBytes.add(request.extent.lengthBytes);
    return { nearFull: this.#space.pressure !== 'none' };
  }

  read(key: ShardKey, range?: ByteRange): Promise<ShardReader | undefined> {
    return attempt(() => {
      this.#assertOpen();
      this.#foreground += 1;
      return this.#access.open(key, range);
    });
  }

  stat(key: ShardKey): Promise<ShardStat | undefined> {
    return attempt(() => {
      this.#assertOpen();
      const entry = this.#parts.index.get(key);
      return entry === undefined ? undefined : statOf(entry);
    });
  }

  async record(key: ShardKey): Promise<Uint8Array | undefined> {
    this.#assertOpen();
    return this.#access.record(key);
  }

  async verify(key: ShardKey): Promise<ShardVerdict> {
    this.#assertOpen();
    return this.#access.verify(key);
  }

  async delete(keys: readonly ShardKey[]): Promise<number> {
    this.#assertOpen();
    let removed = 0;
    for (let at = 0; at < keys.length; at += DELETE_KEYS_MAX) {
      removed += await this.#committer.delete(keys.slice(at, at + DELETE_KEYS_MAX));
    }
    return removed;
  }

  keys(after: ShardKey | undefined, limit: number): Promise<readonly ShardKey[]> {
    return attempt(() => {
      this.#assertOpen();
      return this.#parts.index.keys(after, Math.min(limit, LIST_SHARDS_MAX));
    });
  }

  list(after: ShardKey | undefined, limit: number): Promise<readonly ShardStat[]> {
    return attempt(() => {
      this.#assertOpen();
      return this.#parts.index.list(after, Math.min(limit, LIST_SHARDS_MAX)).map(statOf);
    });
  }

  async status(): Promise<StoreStatus> {
    this.#assertOpen();
    await this.#space.refresh();
    const { segments, state } = this.#parts;
    const status = { shards: 0, liveBytes: 0, deadBytes: 0 };
    for (const segment of segments.all()) {
      status.shards += segment.totals.liveShards;
      status.liveBytes += segment.totals.liveBytes;
      status.deadBytes += segment.deadBytes;
    }
    return {
      ...status,
      storeId: state.current.storeId.toString('hex'),
      segments: segments.count,
      freeFraction: this.#space.freeFraction,
      pressure: this.#space.pressure,
    };
  }

  async compact(): Promise<CompactionReport> {
    this.#assertOpen();
    return this.#compactor.run();
  }

  async rotateMasterKey(masterKey: Uint8Array): Promise<'rotated' | 'unchanged'> {
    this.#assertOpen();
    const { options, state, keys } = this.#parts;
    if (masterKey.length !== KEY_BYTES) {
      throw new PredastoreError('invalid-key-file', `the master key has ${masterKey.length} bytes, not 32`);
    }
    const { storeId, keySlots } = state.current;
    if (keySlots.every((slot) => opensWith(masterKey, storeId, slot))) return 'unchanged';
    await wrapAnew(masterKey, options, state, keys);
    return 'rotated';
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { segments, cache, index, lock, options } = this.#parts;
    await this.#compactor.stop();
    await this.#committer.drain();
    await segments.close();
    await this.#workers?.close();
    await cache.close();
    await letGo(lock, options.logger);
    await index.close();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new PredastoreError('store-closed', 'the store is closed');
  }
}

/** Runs synchronous work as a promise, its exception as a rejection. */
function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
