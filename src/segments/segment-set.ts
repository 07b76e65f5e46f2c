// All segments of a data directory.
//
// Owns: birth and death of segment files, the active segment and its write position, who holds on to a segment.
// Refuses: what is written into an extent, when an extent becomes readable.
// Invariants:
//   G1. Extents do not overlap: a reservation is one synchronous step of the position.
//   G2. A segment number is durable in the state before its file exists, and never used again.
//   G3. A segment is unlinked only when no row of the index, no reader and no writer needs it. Nobody waits for readers.
//   G4. Every process begins a new segment; it never appends to a file that another process wrote. What lies behind the last
//       synced byte of an old file is unknown, and 6 fsyncs per start are cheaper than finding out.

import { join } from 'node:path';
import { present } from '../core/assert.ts';
import { PredastoreError, messageOf } from '../core/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Files, OpenFile } from '../platform/files.ts';
import type { Logger } from '../platform/log.ts';
import { diskError, onDisk } from './disk-errors.ts';
import { FILE_HEADER_BYTES } from './extent.ts';
import type { FileCache } from './file-cache.ts';
import { decodeFileHeader, encodeFileHeader, type FileKind } from './file-header.ts';
import { Segment, parseSegmentFileName, segmentFileName } from './segment.ts';
import { totalsIn, type LiveCount } from './shard-index.ts';
import { removeIfPresent, type StateFile } from './state-file.ts';

export interface SegmentSetParts {
  readonly files: Files;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `segments/` of the data directory. */
  readonly directory: string;
  readonly state: StateFile;
  readonly cache: FileCache;
  readonly segmentBytesMax: number;
}

/**
 * What is written side by side in one segment: new shards, or shards that compaction moves. What survived a compaction tends to
 * survive the next one; among new shards it would be moved again and again.
 */
export type Lane = 'new' | 'moved';

export interface Reservation {
  readonly segment: Segment;
  readonly offset: number;
}

/** A wholly dead active segment is worth replacing from this size on. */
const ACTIVE_RECLAIM_BYTES = 64 * 1024 * 1024;

export class SegmentSet {
  readonly #parts: SegmentSetParts;
  readonly #segments = new Map<number, Segment>();
  readonly #active = new Map<Lane, Segment>();
  readonly #rolling = new Map<Lane, Promise<void>>();
  /** Closing and unlinking that nobody waits for, except `close`. */
  readonly #background = new Set<Promise<void>>();

  private constructor(parts: SegmentSetParts) {
    this.#parts = parts;
  }

  /** Takes stock of the directory; `count` is what the index says is alive. */
  static async open(parts: SegmentSetParts, count: LiveCount): Promise<SegmentSet> {
    const set = new SegmentSet(parts);
    await set.#discover();
    for (const [number, alive] of count.totals) {
      if (set.#segments.has(number)) continue;
      parts.logger.error('a segment is missing, its shards are lost', { segment: number, ...alive });
      set.#segments.set(number, new Segment(parts.directory, number, FILE_HEADER_BYTES));
    }
    if (count.damagedRows > 0) {
      const rows = count.damagedRows;
      parts.logger.error('rows of the index are damaged: segments are kept until they are repaired', {
        rows,
      });
    }
    set.adopt(count);
    for (const segment of set.#segments.values()) set.settle(segment);
    await set.idle();
    return set;
  }

  get count(): number {
    return this.#segments.size;
  }

  /** All segments, in no order. */
  all(): Iterable<Segment> {
    return this.#segments.values();
  }

  find(number: number): Segment | undefined {
    return this.#segments.get(number);
  }

  /** A segment that a row of the index names. */
  get(number: number): Segment {
    const segment = this.#segments.get(number);
    if (segment === undefined) throw new PredastoreError('shard-corrupt', `segment ${number} is unknown`);
    return segment;
  }

  /** Takes `bytes` of a segment for a writer; paid back with `releaseWriter`. */
  async reserve(bytes: number, lane: Lane): Promise<Reservation> {
    if (FILE_HEADER_BYTES + bytes > this.#parts.segmentBytesMax) {
      const own = await this.#bear();
      const reservation = this.#take(own, bytes);
      this.retire(own);
      return reservation;
    }
    for (;;) {
      const active = this.#active.get(lane);
      if (active !== undefined && active.end + bytes <= this.#parts.segmentBytesMax) {
        return this.#take(active, bytes);
      }
      await this.#rollOnce(lane);
    }
  }

  /** Gives an extent back that was never offered to a commit: the position returns when nothing follows it. */
  giveBack(segment: Segment, offset: number, bytes: number): void {
    if (segment.end === offset + bytes && !segment.retired) segment.end = offset;
  }

  releaseWriter(segment: Segment, bytes: number): void {
    segment.writers -= 1;
    segment.pendingBytes -= bytes;
    this.settle(segment);
  }

  releaseReader(segment: Segment): void {
    segment.readers -= 1;
    this.settle(segment);
  }

  /** Lets no more extents into a segment. */
  retire(segment: Segment): void {
    this.#shut(segment);
    this.settle(segment);
  }

  /**
   * Lets no more extents into an active segment that is mostly dead, so that compaction may have it: a store that rewrites
   * little data over and over would otherwise fill one segment to its end before any of it is reclaimed.
   */
  retireWasteful(liveFractionMin: number, extentBytesMin = this.#activeReclaimBytes()): void {
    for (const segment of [...this.#active.values()]) {
      if (segment.extentBytes >= extentBytesMin && segment.liveFraction < liveFractionMin)
        this.retire(segment);
    }
  }

  /** After a failed fsync: what was not synced before may be gone, although later syncs would succeed. */
  poison(segment: Segment, cause: PredastoreError): void {
    segment.poison ??= cause;
    this.#parts.logger.error('a segment failed to sync and is given up', {
      segment: segment.number,
      reason: cause.message,
    });
    this.retire(segment);
  }

  /** Closes or removes a segment when its time has come. Called whenever something about it changed. */
  settle(segment: Segment): void {
    if (segment.writers > 0) return;
    if (segment.isDead && segment.extentBytes >= this.#activeReclaimBytes()) this.#shut(segment);
    if (!segment.retired) return;
    if (segment.isDead && this.#segments.delete(segment.number)) {
      this.#inBackground('removing a segment', this.#remove(segment));
    } else if (segment.handles !== undefined) {
      this.#inBackground('closing a segment', this.#closeHandles(segment));
    }
  }

  /** Takes over what the index says, after a commit of which nobody knows how it ended. */
  adopt(count: LiveCount): void {
    for (const segment of this.#segments.values()) segment.totals = totalsIn(count, segment.number);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#rolling.values());
    this.#active.clear();
    await this.idle();
    await Promise.all([...this.#segments.values()].map((segment) => this.#closeHandles(segment)));
  }

  #take(segment: Segment, bytes: number): Reservation {
    const offset = segment.end;
    segment.end += bytes;
    segment.writers += 1;
    segment.pendingBytes += bytes;
    return { segment, offset };
  }

  #shut(segment: Segment): void {
    segment.retired = true;
    for (const [lane, active] of this.#active) if (active === segment) this.#active.delete(lane);
  }

  async #rollOnce(lane: Lane): Promise<void> {
    const running = this.#rolling.get(lane) ?? this.#roll(lane).finally(() => this.#rolling.delete(lane));
    this.#rolling.set(lane, running);
    await running;
  }

  async #roll(lane: Lane): Promise<void> {
    const before = this.#active.get(lane);
    const next = await this.#bear();
    this.#active.set(lane, next);
    if (before !== undefined) this.retire(before);
  }

  async #bear(): Promise<Segment> {
    const { state, directory, files } = this.#parts;
    const { nextSegment } = await state.update((current) => ({ nextSegment: current.nextSegment + 1 }));
    const number = nextSegment - 1;
    const opened: OpenFile[] = [];
    try {
      for (const kind of ['segment', 'sidecar'] as const) opened.push(await this.#createFile(number, kind));
      await onDisk('syncing the segment directory', files.syncDirectory(directory));
    } catch (error) {
      await Promise.all(opened.map((file) => file.close()));
      this.#inBackground('removing a stillborn segment', this.#unlink(number));
      throw error;
    }
    const handles = { data: present(opened[0], 'segment'), sidecar: present(opened[1], 'sidecar') };
    const segment = new Segment(directory, number, FILE_HEADER_BYTES, handles);
    this.#segments.set(number, segment);
    return segment;
  }

  async #createFile(segment: number, kind: FileKind): Promise<OpenFile> {
    const { files, directory, state, clock } = this.#parts;
    const path = join(directory, segmentFileName(segment, kind === 'segment' ? 'seg' : 'idx'));
    const file = await onDisk('creating a segment', files.open(path, 'create'));
    const { storeId, keySlots } = state.current;
    const keySlot = present(keySlots.at(-1), 'a key slot');
    const header = encodeFileHeader({ kind, storeId, segment, createdMs: clock.nowMs(), keySlot });
    try {
      await file.pwrite(header, 0);
      await file.datasync();
      return file;
    } catch (error) {
      await file.close();
      throw diskError('writing a segment header', error);
    }
  }

  async #discover(): Promise<void> {
    const { files, directory, state, logger } = this.#parts;
    const sidecars = new Set<number>();
    for (const name of await onDisk('listing segments', files.readdir(directory))) {
      const parsed = parseSegmentFileName(name);
      if (parsed === undefined) {
        logger.warn('a foreign file lies among the segments', { name });
      } else if (parsed.segment >= state.current.nextSegment) {
        throw new PredastoreError('store-rewound', `the state file is older than segment ${parsed.segment}`);
      } else if (parsed.extension === 'idx') {
        sidecars.add(parsed.segment);
      } else {
        this.#segments.set(parsed.segment, await onDisk('opening a segment', this.#inspect(parsed.segment)));
      }
    }
    for (const number of sidecars) {
      if (!this.#segments.has(number)) await onDisk('removing an orphaned sidecar', this.#unlink(number));
    }
  }

  async #inspect(number: number): Promise<Segment> {
    const { files, directory, logger, state } = this.#parts;
    const file = await files.open(join(directory, segmentFileName(number, 'seg')), 'read');
    try {
      const end = Math.max(FILE_HEADER_BYTES, await file.sizeBytes());
      const page = Buffer.alloc(FILE_HEADER_BYTES);
      const header = decodeFileHeader(page.subarray(0, await file.pread(page, 0)));
      if (header.segment !== number || !header.storeId.equals(state.current.storeId)) {
        logger.warn('a segment file belongs somewhere else', { segment: number });
      }
      return new Segment(directory, number, end);
    } catch (error) {
      // The header is for rebuilding; fragments prove themselves.
      logger.warn('a segment header is damaged', { segment: number, reason: messageOf(error) });
      return new Segment(directory, number, Math.max(FILE_HEADER_BYTES, await file.sizeBytes()));
    } finally {
      await file.close();
    }
  }

  async #remove(segment: Segment): Promise<void> {
    const { cache } = this.#parts;
    await this.#closeHandles(segment);
    await cache.drop(segment.path);
    await cache.drop(segment.sidecarPath);
    await this.#unlink(segment.number);
    this.#parts.logger.info('a dead segment was removed', { segment: segment.number, bytes: segment.end });
  }

  /** The sidecar goes last: without its segment it is recognised as an orphan. */
  async #unlink(number: number): Promise<void> {
    const { files, directory } = this.#parts;
    await removeIfPresent(files, join(directory, segmentFileName(number, 'seg')));
    await removeIfPresent(files, join(directory, segmentFileName(number, 'idx')));
    await files.syncDirectory(directory);
  }

  async #closeHandles(segment: Segment): Promise<void> {
    const { handles } = segment;
    segment.handles = undefined;
    await Promise.all([handles?.data.close(), handles?.sidecar.close()]);
  }

  #activeReclaimBytes(): number {
    return Math.min(ACTIVE_RECLAIM_BYTES, this.#parts.segmentBytesMax / 2);
  }

  #inBackground(what: string, work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => this.#parts.logger.warn(`${what} failed`, { reason: messageOf(error) }))
      .finally(() => this.#background.delete(done));
    this.#background.add(done);
  }

  /** Waits until nothing is being closed or removed. */
  async idle(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }
}
