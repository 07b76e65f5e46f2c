// The shards of this node as a ShardPeer: the storage engine behind bounded concurrency.
//
// Owns: the places of running operations, from admission to their end. Refuses: the wire (shard-server.ts) and the disk.
// Invariants:
//   P1. An operation holds one place until it has ended; beyond the places and their line it is `overloaded`.
//   P2. Whatever goes wrong with an upload, its writer is aborted: no extent stays reserved for nobody.

import { PredastoreError, wrapError } from '../core/errors.ts';
import { supervise } from '../platform/supervise.ts';
import type { ByteRange } from '../core/body.ts';
import type { ShardKey } from '../core/shard-key.ts';
import type { Limiter } from '../platform/limiter.ts';
import type { Logger } from '../platform/log.ts';
import type { ShardReader, ShardStore, ShardWriter } from '../segments/shard-store.ts';
import { NO_MORE_BYTES, pulledBytes } from '../shards/pulled-bytes.ts';
import type {
  ShardDescription,
  ShardDownload,
  ShardGetOutcome,
  ShardPut,
  ShardUpload,
} from '../shards/shard-client.ts';
import type { ShardPeer } from '../shards/shard-peer.ts';

export interface StoredShardsSettings {
  readonly store: ShardStore;
  readonly uploads: Limiter;
  readonly reads: Limiter;
  readonly logger: Logger;
}

export class StoredShards implements ShardPeer {
  readonly #store: ShardStore;
  readonly #uploads: Limiter;
  readonly #reads: Limiter;
  readonly #logger: Logger;

  constructor(settings: StoredShardsSettings) {
    this.#store = settings.store;
    this.#uploads = settings.uploads;
    this.#reads = settings.reads;
    this.#logger = settings.logger;
  }

  async put(request: ShardPut): Promise<ShardUpload> {
    const release = await this.#uploads.acquire();
    try {
      return new StoredUpload(await this.#store.append(request), release, this.#logger);
    } catch (error) {
      release();
      throw error;
    }
  }

  async get(key: ShardKey, range: ByteRange): Promise<ShardGetOutcome> {
    const release = await this.#reads.acquire();
    try {
      const reader = await this.#store.read(key, range);
      if (reader === undefined) {
        release();
        return { kind: 'absent' };
      }
      if (range.end > reader.stat.lengthBytes) {
        reader.close();
        throw new PredastoreError('shard-corrupt', 'the shard is shorter than the range asked for');
      }
      return { kind: 'found', download: new StoredDownload(reader, release, this.#logger) };
    } catch (error) {
      release();
      throw error;
    }
  }

  stat(keys: readonly ShardKey[]): Promise<readonly boolean[]> {
    return this.#reads.run(() =>
      Promise.all(keys.map(async (key) => (await this.#store.stat(key)) !== undefined)),
    );
  }

  describe(key: ShardKey): Promise<ShardDescription | undefined> {
    return this.#reads.run(async () => {
      const stat = await this.#store.stat(key);
      const record = stat === undefined ? undefined : await this.#store.record(key);
      if (stat === undefined || record === undefined) return undefined;
      return { lengthBytes: stat.lengthBytes, objectHash: stat.objectHash, record };
    });
  }

  remove(keys: readonly ShardKey[]): Promise<number> {
    return this.#reads.run(() => this.#store.delete(keys));
  }
}

class StoredUpload implements ShardUpload {
  readonly #writer: ShardWriter;
  readonly #release: () => void;
  readonly #logger: Logger;
  /** The call that runs; the engine's writer takes one at a time, also the abort. */
  #current: Promise<unknown> | undefined;
  #failure: Error | undefined;

  constructor(writer: ShardWriter, release: () => void, logger: Logger) {
    this.#writer = writer;
    this.#release = release;
    this.#logger = logger;
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#call(() => this.#writer.write(chunk));
  }

  async commit(record: Uint8Array): Promise<{ readonly nearFull: boolean }> {
    const receipt = await this.#call(() => this.#writer.commit(record));
    this.#release();
    return receipt;
  }

  abort(reason: Error): void {
    this.#giveUp(new PredastoreError('cancelled', 'the upload was given up', reason));
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      const current = work();
      this.#current = current;
      return await current;
    } catch (error) {
      this.#giveUp(wrapError('internal', 'the upload failed', error));
      throw error;
    }
  }

  #giveUp(reason: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    supervise(this.#abortWriter(), this.#logger, 'giving back an extent');
  }

  async #abortWriter(): Promise<void> {
    try {
      if (this.#current !== undefined) await Promise.allSettled([this.#current]);
      await this.#writer.abort();
    } finally {
      this.#release();
    }
  }
}

class StoredDownload implements ShardDownload {
  readonly lengthBytes: number;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly #reader: ShardReader;
  readonly #release: () => void;
  readonly #logger: Logger;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  #state: 'open' | 'complete' | 'cancelled' = 'open';

  constructor(reader: ShardReader, release: () => void, logger: Logger) {
    this.lengthBytes = reader.stat.lengthBytes;
    this.#reader = reader;
    this.#release = release;
    this.#logger = logger;
    this.bytes = pulledBytes({ next: () => this.#next(), cancel: () => this.cancel() });
  }

  /** Lets go of the extent; a read that runs ends first. */
  cancel(): void {
    if (this.#state !== 'open') return;
    this.#state = 'cancelled';
    if (this.#chunks === undefined) this.#reader.close();
    else if (this.#chunks.return !== undefined) {
      supervise(this.#chunks.return(), this.#logger, 'ending a read');
    }
    this.#release();
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#state === 'complete') return NO_MORE_BYTES;
    if (this.#state === 'cancelled') throw new PredastoreError('cancelled', 'the download was given up');
    this.#chunks ??= this.#reader.bytes()[Symbol.asyncIterator]();
    try {
      const step = await this.#chunks.next();
      if (step.done !== true) return step;
      this.#state = 'complete';
      this.#release();
      return NO_MORE_BYTES;
    } catch (error) {
      this.cancel();
      throw error;
    }
  }
}
