// Reads a range of one shard: only the fragments it touches, each authenticated before a byte of it is handed out.
//
// Owns: windows, reading one window ahead. Holds its segment from birth to end, so that nothing deleted meanwhile disturbs it.

import { assert } from '../core/assert.ts';
import type { ByteRange } from '../core/body.ts';
import { PredastoreError, isPredastoreError, systemCodeOf } from '../core/errors.ts';
import { FRAGMENT_BODY_BYTES } from '../core/limits.ts';
import { shardKeyText } from '../core/shard-key.ts';
import type { OpenFile } from '../platform/files.ts';
import { settled } from '../platform/supervise.ts';
import { diskError } from './disk-errors.ts';
import { FRAGMENT_BYTES, WINDOW_FRAGMENTS, type Extent } from './extent.ts';
import type { FileCache } from './file-cache.ts';
import type { FragmentCodec } from './fragment.ts';
import type { ReadPace } from './read-pace.ts';
import type { SealWorkers } from './seal-workers.ts';
import type { ShardReader, ShardStat } from './shard-store.ts';
import type { WindowPool } from './window-pool.ts';

export interface ReaderParts {
  readonly stat: ShardStat;
  readonly extent: Extent;
  readonly range: ByteRange;
  readonly path: string;
  readonly codec: FragmentCodec;
  readonly cache: FileCache;
  readonly windows: WindowPool;
  /** Open what lies in windows they see; absent: everything is opened on this thread. */
  readonly workers: SealWorkers | undefined;
  readonly pace: ReadPace;
  /** Damage is told to the operator where it is found; the reader's caller only repairs. */
  readonly onCorrupt: (error: PredastoreError) => void;
  /** Called once, when the segment is no longer needed. */
  readonly release: () => void;
}

/** Fragments `first` … `first + count - 1`: sealed, as they came from the disk, or already opened by a worker. */
interface ReadWindow {
  readonly first: number;
  readonly count: number;
  readonly bytes: Buffer;
  readonly isOpen: boolean;
}

export class SegmentShardReader implements ShardReader {
  readonly #parts: ReaderParts;
  #state: 'fresh' | 'reading' | 'released' = 'fresh';

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  get stat(): ShardStat {
    return this.#parts.stat;
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    assert(this.#state === 'fresh', 'a shard reader is read once');
    this.#state = 'reading';
    try {
      const { range } = this.#parts;
      if (range.end > range.start) yield* this.#readRange(range);
    } catch (error) {
      if (isPredastoreError(error) && error.code === 'shard-corrupt') this.#parts.onCorrupt(error);
      throw error;
    } finally {
      this.#release();
    }
  }

  /** Authenticates the whole range and keeps none of it. Call in place of `bytes`. */
  async verify(): Promise<void> {
    let got = 0;
    for await (const part of this.bytes()) got += part.length;
    const { start, end } = this.#parts.range;
    assert(got === end - start, 'a reader hands out the range or fails');
  }

  close(): void {
    // Once reading has begun, ending the iteration releases the segment.
    if (this.#state === 'fresh') this.#release();
  }

  #release(): void {
    this.#state = 'released';
    this.#parts.release();
  }

  async *#readRange(range: ByteRange): AsyncGenerator<Uint8Array> {
    const { cache, path } = this.#parts;
    const file = await this.#openFile();
    const end = Math.ceil(range.end / FRAGMENT_BODY_BYTES);
    let ahead: Promise<ReadWindow> | undefined;
    try {
      let fragment = Math.floor(range.start / FRAGMENT_BODY_BYTES);
      while (fragment < end) {
        const window = await (ahead ?? this.#readWindow(file, fragment, end));
        fragment += window.count;
        ahead = undefined;
        if (fragment < end) {
          ahead = this.#readWindow(file, fragment, end);
          settled(ahead, 'the next turn of the loop awaits it');
        }
        yield this.#cut(window, range);
      }
    } finally {
      // The buffer read ahead is in use until its read has ended.
      await ahead?.then(
        (window) => this.#parts.windows.give(window.bytes),
        () => undefined,
      );
      cache.release(path);
    }
  }

  async #openFile(): Promise<OpenFile> {
    try {
      return await this.#parts.cache.acquire(this.#parts.path);
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') throw this.#corrupt('has lost its segment', error);
      throw diskError('opening a segment', error);
    }
  }

  async #readWindow(file: OpenFile, first: number, end: number): Promise<ReadWindow> {
    const { windows, workers, stat, extent } = this.#parts;
    const count = Math.min(WINDOW_FRAGMENTS, end - first);
    const bytes = windows.take(count * FRAGMENT_BYTES);
    try {
      const position = extent.offset + first * FRAGMENT_BYTES;
      await this.#fill(bytes.subarray(0, count * FRAGMENT_BYTES), file, position);
      const isOpen = workers?.reaches(bytes) === true;
      if (isOpen) await workers.run('open', { identity: stat, extent, first, count }, bytes);
      return { first, count, bytes, isOpen };
    } catch (error) {
      windows.give(bytes);
      throw error;
    }
  }

  async #fill(target: Buffer, file: OpenFile, position: number): Promise<void> {
    const { pace } = this.#parts;
    let got;
    try {
      got = pace.mayBlock(target.length)
        ? pace.run(() => file.preadSync(target, position))
        : await file.pread(target, position);
    } catch (error) {
      throw diskError('reading a segment', error);
    }
    if (got < target.length) throw this.#corrupt('is cut short');
  }

  /** Cuts what the range wants out of a window; nothing that was not authenticated. */
  #cut(window: ReadWindow, range: ByteRange): Uint8Array {
    const { windows, extent } = this.#parts;
    const startOf = window.first * FRAGMENT_BODY_BYTES;
    const endOf = Math.min(startOf + window.count * FRAGMENT_BODY_BYTES, extent.lengthBytes);
    const start = Math.max(0, range.start - startOf);
    const end = Math.min(endOf, range.end) - startOf;
    try {
      if (!window.isOpen) return this.#open(window, endOf - startOf).subarray(start, end);
      // The window is used again: what leaves is a copy.
      const plain = Buffer.allocUnsafeSlow(end - start);
      window.bytes.copy(plain, 0, start, end);
      return plain;
    } finally {
      windows.give(window.bytes);
    }
  }

  #open({ first, count, bytes }: ReadWindow, plainBytes: number): Buffer {
    const { codec } = this.#parts;
    if (count === 1) return codec.open(first, bytes, 0);
    const plain = Buffer.allocUnsafeSlow(plainBytes);
    for (let at = 0; at < count; at += 1) {
      codec.open(first + at, bytes, at * FRAGMENT_BYTES).copy(plain, at * FRAGMENT_BODY_BYTES);
    }
    return plain;
  }

  #corrupt(how: string, cause?: unknown): PredastoreError {
    return new PredastoreError('shard-corrupt', `shard ${shardKeyText(this.#parts.stat.key)} ${how}`, cause);
  }
}
