// Writes one shard into its extent.
//
// Owns: sealing bytes as they arrive, or window by window in a worker; one window being filled and at most one on its way to the disk.
// Refuses: durability and visibility (the committer). A writer is used by one caller, one call at a time.

import { assert } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import { FRAGMENT_BODY_BYTES, SHARD_RECORD_BYTES_MAX } from '../core/limits.ts';
import { shardKeyText } from '../core/shard-key.ts';
import { settled } from '../platform/supervise.ts';
import type { CommitRequest } from './committer.ts';
import { diskError } from './disk-errors.ts';
import {
  FRAGMENT_BYTES,
  FRAGMENT_HEADER_BYTES,
  WINDOW_FRAGMENTS,
  fragmentsOf,
  type Extent,
  type ShardIdentity,
} from './extent.ts';
import type { FragmentCodec } from './fragment.ts';
import type { SealWorkers } from './seal-workers.ts';
import type { Segment } from './segment.ts';
import type { WatchedWriter } from './open-writers.ts';
import type { CommitReceipt, ShardWriter } from './shard-store.ts';
import type { Tail } from './tail-writer.ts';
import type { WindowPool } from './window-pool.ts';

/** Up to this many fragments of the end of a shard are left to the committer. */
const TAIL_FRAGMENTS_MAX = 8;

export interface WriterParts {
  readonly identity: ShardIdentity;
  readonly extent: Extent;
  readonly segment: Segment;
  readonly codec: FragmentCodec;
  readonly windows: WindowPool;
  /** Seal what lies in windows they see; absent: everything is sealed on this thread. */
  readonly workers: SealWorkers | undefined;
  /** Hands the sealed shard to the committer, with what is still on its way to the disk. */
  readonly commit: (last: Pick<CommitRequest, 'record' | 'written' | 'tail'>) => Promise<CommitReceipt>;
  /** Called once, at the end: `unused` when the extent was never offered to a commit. */
  readonly release: (unused: boolean) => void;
}

/** Fragments `first` … `first + count - 1` on their way to the disk. */
interface FullWindow {
  readonly window: Buffer;
  readonly first: number;
  readonly count: number;
  readonly isBare: boolean;
}

export class SegmentShardWriter implements ShardWriter, WatchedWriter {
  readonly #parts: WriterParts;
  #received = 0;
  /** A call of the owner is running. */
  #busy = false;
  /** Fragments taken so far, and of those the ones that lie in `#window`. */
  #taken = 0;
  #inWindow = 0;
  #window: Buffer | undefined;
  /** The window holds bare bodies: a worker seals them before it goes to the disk. */
  #isBare = false;
  /** The fragment body being collected, when bytes arrive in other portions than 8 KiB. */
  #partial: Buffer | undefined;
  #partialBytes = 0;
  /** The window that is on its way to the disk. */
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown;
  #ended = false;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#assertOpen();
    this.#busy = true;
    try {
      await this.#write(chunk);
    } finally {
      this.#busy = false;
    }
  }

  async #write(chunk: Uint8Array): Promise<void> {
    const { lengthBytes } = this.#parts.extent;
    if (this.#received + chunk.length > lengthBytes) {
      throw new PredastoreError('body-too-long', `${this.name} goes on past its ${lengthBytes} bytes`);
    }
    this.#received += chunk.length;
    let at = 0;
    while (at < chunk.length) {
      at += this.#takeBody(chunk, at);
      if (this.#inWindow === WINDOW_FRAGMENTS) await this.#flush();
    }
  }

  async commit(record: Uint8Array): Promise<CommitReceipt> {
    this.#assertOpen();
    assert(record.length <= SHARD_RECORD_BYTES_MAX, 'an object record fits its row');
    const { lengthBytes } = this.#parts.extent;
    if (this.#received !== lengthBytes) {
      throw new PredastoreError(
        'body-incomplete',
        `${this.name} has ${this.#received} of ${lengthBytes} bytes`,
      );
    }
    this.#ended = true;
    try {
      this.#takeRest();
      const tail = this.#smallTail();
      if (tail === undefined) await this.#flush();
      return await this.#parts.commit({
        record: Buffer.from(record.buffer, record.byteOffset, record.byteLength),
        written: this.#writing,
        tail,
      });
    } finally {
      await this.#end(false);
    }
  }

  async abort(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#end(true);
  }

  get name(): string {
    return `shard ${shardKeyText(this.#parts.identity.key)}`;
  }

  get receivedBytes(): number {
    return this.#received;
  }

  get isIdle(): boolean {
    return !this.#busy && !this.#ended;
  }

  async abandon(): Promise<void> {
    this.#failure ??= new PredastoreError('cancelled', `${this.name} was given up: it made no progress`);
    await this.abort();
  }

  #assertOpen(): void {
    if (this.#failure !== undefined) throw diskError('an earlier write failed', this.#failure);
    assert(!this.#ended, `${this.name} is still being written`);
  }

  /** Takes bytes up to the end of a fragment; whole bodies are taken where they lie, without another copy. */
  #takeBody(chunk: Uint8Array, at: number): number {
    const available = chunk.length - at;
    if (this.#partialBytes === 0 && available >= FRAGMENT_BODY_BYTES) {
      this.#takeFragment(chunk.subarray(at, at + FRAGMENT_BODY_BYTES));
      return FRAGMENT_BODY_BYTES;
    }
    this.#partial ??= this.#parts.windows.take(FRAGMENT_BODY_BYTES);
    const count = Math.min(available, FRAGMENT_BODY_BYTES - this.#partialBytes);
    this.#partial.set(chunk.subarray(at, at + count), this.#partialBytes);
    this.#partialBytes += count;
    if (this.#partialBytes === FRAGMENT_BODY_BYTES) {
      this.#partialBytes = 0;
      this.#takeFragment(this.#partial.subarray(0, FRAGMENT_BODY_BYTES));
    }
    return count;
  }

  /** The last fragment is filled up with zeros. */
  #takeRest(): void {
    if (this.#partial === undefined || this.#partialBytes === 0) return;
    this.#takeFragment(this.#partial.subarray(0, FRAGMENT_BODY_BYTES).fill(0, this.#partialBytes));
    this.#partialBytes = 0;
  }

  #takeFragment(body: Uint8Array): void {
    this.#window ??= this.#takeWindow();
    const offset = this.#inWindow * FRAGMENT_BYTES;
    if (this.#isBare) this.#window.set(body, offset + FRAGMENT_HEADER_BYTES);
    else this.#parts.codec.seal(this.#taken, body, this.#window, offset);
    this.#taken += 1;
    this.#inWindow += 1;
  }

  #takeWindow(): Buffer {
    const { windows, workers, extent } = this.#parts;
    const rest = fragmentsOf(extent.lengthBytes) - this.#taken;
    const window = windows.take(Math.min(rest, WINDOW_FRAGMENTS) * FRAGMENT_BYTES);
    this.#isBare = workers?.reaches(window) === true;
    return window;
  }

  /** The window in hand, when it is short enough to be written together with those of others. */
  #smallTail(): Tail | undefined {
    const { extent } = this.#parts;
    if (this.#window === undefined || this.#isBare || this.#inWindow > TAIL_FRAGMENTS_MAX) return undefined;
    const position = extent.offset + (this.#taken - this.#inWindow) * FRAGMENT_BYTES;
    return { bytes: this.#window.subarray(0, this.#inWindow * FRAGMENT_BYTES), position };
  }

  /** Sends the window to the disk once the one before it has arrived there. */
  async #flush(): Promise<void> {
    const window = this.#window;
    if (window === undefined) return;
    const full = { window, first: this.#taken - this.#inWindow, count: this.#inWindow, isBare: this.#isBare };
    this.#window = undefined;
    this.#inWindow = 0;
    try {
      await this.#writing;
    } catch (error) {
      this.#parts.windows.give(window);
      throw error;
    }
    this.#writing = this.#writeWindow(full);
    settled(this.#writing, 'the next flush or the commit awaits it');
  }

  async #writeWindow({ window, first, count, isBare }: FullWindow): Promise<void> {
    const { segment, windows, workers, identity, extent } = this.#parts;
    try {
      if (isBare) {
        assert(workers !== undefined, 'only workers leave bodies bare');
        await workers.run('seal', { identity, extent, first, count }, window);
      }
      if (segment.handles === undefined) throw new PredastoreError('store-closed', 'the store is closed');
      const position = extent.offset + first * FRAGMENT_BYTES;
      await segment.handles.data.pwrite(window.subarray(0, count * FRAGMENT_BYTES), position);
    } catch (error) {
      this.#failure ??= error;
      throw diskError('writing a segment', error);
    } finally {
      windows.give(window);
    }
  }

  /** The extent is let go only when no write is on its way into it. */
  async #end(unused: boolean): Promise<void> {
    await this.#writing.catch(() => undefined);
    const { windows } = this.#parts;
    if (this.#window !== undefined) windows.give(this.#window);
    if (this.#partial !== undefined) windows.give(this.#partial);
    this.#window = undefined;
    this.#partial = undefined;
    this.#parts.release(unused);
  }
}
